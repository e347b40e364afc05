case-kept-title = Kept by law
case-kept-area = What must not be forgotten yet, and what is forgotten next
case-kept-lead = In a dispute, an inspection or at the request of a court an application is kept beyond its time. Here is what is kept, and whose time is over next.
case-kept = Kept for longer
case-kept-text = In a dispute, an inspection or at the request of a court this application can be kept beyond its time.
case-kept-keep = Keep it
case-kept-reason-hint = For example: a lawsuit and its number, the number of an inspection notice
case-kept-until = Until which day
case-kept-until-hint = That day included; then its time runs again. Left empty it is kept until somebody lifts it
case-kept-until-short = Until
case-kept-open = until it is lifted
case-kept-by = Kept by { $by } ({ $at }), until: { $until }
case-kept-lift = Let it go
case-kept-lift-text = Its time runs again: if it is over, the key is destroyed the next night, for good.
case-kept-done = This application is kept.
case-kept-done-lifted = Its time runs again.
case-kept-who = By whom, when
case-kept-none = Nothing is kept for longer
case-kept-none-text = On the page of an application it can be kept, with a reason.
case-kept-leaving = Over soon
case-kept-leaving-none = Within { $days } days the time of none is over.
case-kept-dry = Dry run: the next night the keys of { $n ->
    [one] { $n } application
   *[other] { $n } applications
} will be destroyed. Looking changes nothing.
case-kept-helped = Paid
case-kept-helped-yes = Something was paid
case-kept-helped-no = Nothing was paid
case-kept-on = Forgotten from
case-kept-now = Over: forgotten the next night
case-mourning-title = Our thoughts are with you
case-mourning-words = We have heard what has happened in your family, and we are deeply sorry. Our thoughts are with you and those close to you.
case-mourning-still = The application is at rest. There is nothing you have to do: no time is running, and no reminders will reach you.
case-mourning-call = When it suits you, one of us will be in touch about what comes next. You can call us at any time; should what we heard be wrong, please tell us, and we will put it right at once.
case-show-factor = Your second factor was shown more than ten minutes ago: you will be asked for it first, and your reason is kept.
