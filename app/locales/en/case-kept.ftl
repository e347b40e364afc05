case-kept-title = Legal holds
case-kept-area = Applications that must not be destroyed yet, and those due next
case-kept-lead = Because of a dispute, an inspection or a court request, an application can be kept beyond its retention period. Listed here are those under a legal hold, and those whose retention ends next.
case-kept = Legal hold
case-kept-text = Because of a dispute, an inspection or a court request, this application can be kept beyond its retention period.
case-kept-keep = Place a legal hold
case-kept-reason-hint = For example: a lawsuit and its case number, or the number of an inspection notice
case-kept-until = Hold until
case-kept-until-hint = Inclusive; after that, retention runs again. Leave empty to hold it until someone lifts the hold
case-kept-until-short = Until
case-kept-open = until lifted
case-kept-by = Legal hold placed by { $by } ({ $at }), until: { $until }
case-kept-lift = Lift hold
case-kept-lift-text = Retention runs again. If it is already over, the key is destroyed the next night and cannot be recovered.
case-kept-done = This application is under a legal hold.
case-kept-done-lifted = The hold has been lifted; retention runs again.
case-kept-who = Placed by, and when
case-kept-none = No applications under a legal hold
case-kept-none-text = A hold can be placed, with a reason, on the page of an application.
case-kept-leaving = Due soon
case-kept-leaving-none = No application is due in the next { $days } days.
case-kept-dry = Dry run: the next night the keys of { $n ->
    [one] { $n } application
   *[other] { $n } applications
} will be destroyed. Looking changes nothing.
case-kept-helped = Payments
case-kept-helped-yes = Paid
case-kept-helped-no = None paid
case-kept-on = Due on
case-kept-now = Due: destroyed the next night
case-mourning-title = Our thoughts are with you
case-mourning-words = We have heard what has happened in your family, and we are deeply sorry. Our thoughts are with you and those close to you.
case-mourning-still = The application has been paused. You need not do anything now: no deadline is running, and you will receive no reminders.
case-mourning-call = Whenever you are ready, one of us will get in touch about what comes next. You can also call us at any time. If what we heard is wrong, please tell us and we will put it right at once.
case-show-factor = You last confirmed your second factor more than ten minutes ago: you will be asked for it again first, and your reason is kept.
