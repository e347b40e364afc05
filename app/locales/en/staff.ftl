# The staff's pages.
staff-show = Show
staff-save = Save
staff-clear = Clear filter
staff-day = Day
staff-starts = Start
staff-ends = End
staff-capacity = Places (people)
staff-colon = {": "}
staff-people = { $n ->
    [one] 1 person
   *[other] { $n } people
}
staff-people-children = { $n ->
    [one] 1 person, of whom { $children } under 14
   *[other] { $n } people, of whom { $children } under 14
}
staff-times = { $n ->
    [one] once
   *[other] { $n } times
}
staff-state-has-changed = A colleague has just changed this and the page was refreshed. What you typed is still here; please check it and try again.

# The workbench
staff-rooms = Rooms of the workbench
staff-group-desk = Reception and door
staff-group-museum = Museum planning
staff-group-outreach = Outreach
staff-group-bus = Science bus
staff-group-cases = Spark Project
staff-group-ledger = Relief fund
staff-group-house = System and people
staff-own-title = My staff account
staff-own-text = Password, recovery codes and signed-in devices
staff-no-role = No duty assigned yet
staff-no-rooms = Nothing to open yet
staff-no-rooms-text = Your account has no duty yet. Please ask the colleagues who run the system
staff-numbers-title = Today in numbers
staff-number-sessions = Sessions open today
staff-number-booked = People booked
staff-number-arrived = People arrived
staff-number-inside = In the building now
staff-number-of-places = { $n ->
    [one] of 1 place
   *[other] of { $n } places
}
staff-number-due = Jobs due
staff-number-waiting = Jobs waiting
staff-number-dead = Jobs given up
staff-number-dead-note = { $n ->
    [one] 1 needs a decision
   *[other] { $n } need a decision
}
staff-door-title = Admission
staff-door-text = Admit by pass, reference or name; count walk-ins and people leaving
staff-accounts-title = People and duties
staff-accounts-text = Open and close colleagues’ accounts, assign duties

# Today
staff-today-title = Today’s sessions
staff-today-text = How many are booked and have arrived, and how many are in the building
staff-today-back = Back to today
staff-today-refresh = Refresh
staff-today-over = { $n ->
    [one] On this day 1 person more is booked than there are places
   *[other] On this day { $n } people more are booked than there are places
}
staff-day-before = The day before
staff-day-after = The day after
staff-day-title = The day’s sessions
staff-day-none = No sessions on this day
staff-day-none-text = This day is not in the weekly hours, and no session was added
staff-day-excepted = No sessions

# Sessions
staff-sessions-title = Sessions
staff-sessions-text = See coming sessions, change places, close or add one
staff-sessions-span = { $from } to { $to }
staff-sessions-from = Show from
staff-fortnight-before = Two weeks before
staff-fortnight-after = Two weeks after
staff-sessions-none = No sessions in these two weeks
staff-sessions-none-text = Sessions are made from the weekly hours: have a look at those
staff-session-title = Session
staff-session-time = Time
staff-session-state = State
staff-session-places = Booked
staff-session-free-now = Places free
staff-session-held = Being filled in (held)
staff-board-held = In the form
staff-session-arrived = Arrived
staff-session-walked = Walked in
staff-session-bookings = Bookings
staff-session-no-bookings = Nobody has booked this session yet
staff-session-occupancy = { $booked } booked of { $capacity } places
staff-session-free = { $n ->
    [one] 1 place
   *[other] { $n } places
}
staff-session-full = Full
staff-session-running = Under way
staff-session-ended = Over
staff-session-closed = Closed
staff-session-open-door = No booking needed
staff-session-open = Open
staff-session-over-by = over by { $n }
staff-session-over-text = { $n ->
    [one] 1 person more is booked than there are places. No booking was cancelled and none is taken; please prepare for it.
   *[other] { $n } people more are booked than there are places. No booking was cancelled and none is taken; please prepare for it.
}
staff-session-closed-with-bookings = { $n ->
    [one] This session is closed and 1 booking still stands. Nobody can be admitted; please move or cancel it below, and the person will get a message.
   *[other] This session is closed and { $n } bookings still stand. Nobody can be admitted; please move or cancel them below, and the people will get a message.
}
staff-session-change = Change this session
staff-session-changed = The session was changed
staff-session-has-changed = A colleague has just changed this session: now { $capacity } places, { $state }. What you typed is still below; please check it and save again.
staff-session-over-anyway = { $n ->
    [one] I know that there will be 1 place fewer than people booked, and change it all the same
   *[other] I know that there will be { $n } places fewer than people booked, and change it all the same
}
staff-session-over-hint = No bookings are cancelled; the session takes no new bookings until there is room again.
staff-capacity-hint = { $n ->
    [one] 1 person is booked now
   *[other] { $n } people are booked now
}
staff-session-add = Add a session
staff-session-add-title = A session outside the weekly hours
staff-session-add-text = Only this one; it is not repeated
staff-session-closed-day = Add it all the same
staff-session-closed-day-hint = This day was closed, or taken out of the week. Tick the box and send again if you mean it
staff-session-added = The session was added

# Templates
staff-templates-title = Weekly hours
staff-templates-text = Which days and times are open, and which days are not
staff-templates-lead = Sessions are generated from these times. Existing sessions and their bookings are not affected by changes here.
staff-templates-none = No weekly hours yet
staff-templates-none-text = Add the first time below; its sessions are made at once
staff-template-free-day = Closed
staff-template-until = until { $day }
staff-template-from = from { $day }
staff-template-when = Time
staff-template-valid-from = First day
staff-template-valid-until = Last day
staff-template-no-end = no end
staff-template-end-title = End this time
staff-template-end-hint = No sessions are made after this day; those that exist stay, with their bookings
staff-template-last-day = Last day
staff-template-end = End it
staff-template-ended = The last day of this time was set
staff-template-add-title = Add a time
staff-template-add-text = You can choose several weekdays. The sessions are generated when you save.
staff-template-weekdays = Weekdays
staff-template-add = Add
staff-template-added = { $n ->
    [one] 1 time was added and its sessions were made.{" "}
   *[other] { $n } times were added and their sessions were made.{" "}
}
staff-template-existed = { $n ->
    [one] 1 existed already and was not added again.
   *[other] { $n } existed already and were not added again.
}
staff-exceptions-title = Days without sessions
staff-exceptions-none = No closing days ahead
staff-exception-add-title = Add a day
staff-exception-add-text = No sessions are generated for this day. Existing sessions are not affected; to close them with their bookings, open the day and choose “Close this day”.
staff-exception-reason-zh = Reason (Chinese)
staff-exception-reason-en = Reason (English)
staff-exception-reason-hint = Visitors read it; for example 设备维护
staff-exception-add = Add
staff-exception-added = Added: no sessions are made for this day

# Bookings
staff-bookings-title = Bookings
staff-bookings-text = Find a booking by phone, email, reference or day; move or cancel it
staff-bookings-lead = Names and contacts are shown only in part. If you need them in full, give a reason on the booking’s page.
staff-bookings-look = Phone, email address or reference
staff-bookings-text-hint = The whole mobile number, the email address, or the reference of 8 characters; finds the museum’s bookings and those of events
staff-bookings-any-state = All
staff-bookings-search = Search
staff-bookings-none = No matching bookings
staff-bookings-none-text = Check that the number, address or reference is complete, or leave out the day and state
staff-bookings-empty = No bookings yet
staff-bookings-empty-text = They will appear here
staff-booking-title = Booking
staff-booking-reference = Reference
staff-booking-session = Session
staff-booking-name = Name
staff-document-title = Document number
staff-document-text = The last four characters are enough at the entrance. If you need the whole number, say why; it is recorded.
staff-document-open = Show the whole number
staff-book-documents = Identity documents (optional)
staff-book-documents-text = Check the documents in person. Enter them only if they have to count towards the limits; afterwards only the last characters are shown.
staff-booking-document = Document
staff-booking-contact = Contact
staff-booking-no-contact = No contact given
staff-booking-party = People
staff-booking-arrived = Arrived
staff-booking-state = State
staff-booking-channel = Booked via
staff-booking-language = Language of messages
staff-booking-made = Booked at
staff-booking-moves = Moved
staff-booking-cancelled-at = Cancelled
staff-booking-confirmed = Confirmed
staff-booking-cancelled = Cancelled
staff-booking-all-arrived = All arrived
staff-booking-some-arrived = { $n } arrived
staff-booking-session-closed = Session closed
staff-booking-not-come = Did not come
staff-booking-print = Print the pass
staff-booking-trail = See its history
staff-booking-arrived-text = Somebody has already arrived, so this booking can no longer be changed.
staff-booking-told = The person who booked is notified of every change.
staff-booking-nobody-told = This booking has no contact, so please tell the person yourself.
staff-booking-done-booked = Booked. Read out the reference, or print the pass.
staff-booking-done-cancelled = The booking was cancelled and its places are free
staff-booking-done-changed = The number of people was changed
staff-booking-done-moved = The booking was moved
staff-booking-has-changed = This booking has just changed. The page shows its latest state; please check it and try again.
staff-channel-web = the website
staff-channel-staff = staff, on behalf
staff-channel-api = a machine
staff-language-zh = Chinese
staff-language-en = English
staff-reveal-title = Full details
staff-reveal-text = To see the full name and contact, give a reason. It is recorded in the audit trail.
staff-reveal-name-text = To see the full name, give a reason. It is recorded in the audit trail.
staff-reveal-reason = Reason
staff-reveal-reason-hint = For example: equipment failed, calling everybody to move the visit
staff-reveal = Show in full
staff-reveal-step-up = Confirm who you are, then show
staff-reveal-noted = This access and its reason are recorded in the audit trail. The details are shown only until you leave the page.
staff-party-title = Change the number of people
staff-move-title = Move to another session
staff-move-to = Move to
staff-move-hint = Only sessions with room for this party; the old places are kept until the new ones are secured
staff-move = Move here
staff-move-none = No other session has room for this party now
staff-cancel-title = Cancel the booking
staff-cancel = Cancel this booking
staff-cancel-question = Cancel this booking?
staff-cancel-text = The places are released at once and the booking cannot be restored. If a contact was given, a message is sent.
staff-cancel-yes = Yes, cancel it

# On behalf
staff-book-title = Book on behalf
staff-book-text = Book for people who call or come in, and print their pass
staff-book-lead = Opening hours and personal limits do not apply here; the number of places always does.
staff-book-when = Which session
staff-book-who = Who comes
staff-book-look = Show this day’s sessions
staff-book-sessions-of = Sessions on { $day }
staff-book-none = No session to book on { $day }
staff-book-none-text = Try another day
staff-book-contact-hint = Mobile number or email address, for messages. Without one, a printed pass is enough
staff-book-people = People
staff-book-people-hint = children included
staff-book-children = Of whom children
staff-book-children-hint = under 14
staff-book-do = Book
staff-book-key-reused = This form has booked once already. If you really want another booking, check it and press “Book” again
staff-pass-title = Pass
staff-pass-label = QR code of the pass, reference { $reference }
staff-pass-rule = Please come between { $early } minutes before and { $late } minutes after the beginning, and show this code or read out the reference. Admission is free.
staff-pass-back = Back to the booking
staff-pass-pdf = Download as PDF
staff-pass-print-hint = Print this page with your browser, or download the PDF
staff-pass-cancelled = This booking is cancelled and has no pass

# Jobs
staff-jobs-title = Jobs
staff-jobs-text = Messages and other work waiting to be done; decide about what was given up
staff-jobs-lead = Messages and other background jobs queue here. A job is given up after several attempts; you decide whether to retry or drop it.
staff-jobs-dead = Given up
staff-jobs-waiting = Waiting
staff-jobs-oldest = the oldest due since { $at }
staff-jobs-none-dead = Nothing was given up
staff-jobs-none-dead-text = Everything is running normally
staff-jobs-none-waiting = Nothing is waiting
staff-jobs-none-waiting-text = New messages will appear here
staff-jobs-first-200 = Only the first 200 are shown
staff-job-kind = Job
staff-job-due = Due
staff-job-queued = queued { $at }
staff-job-attempts = Attempts
staff-job-error = Last problem
staff-job-actions = Decide
staff-job-running = running
staff-job-retry = Retry
staff-job-discard = Drop
staff-job-discard-title = Drop this job?
staff-job-discard-text = It will not be carried out; a message, for example, will not be sent.
staff-job-discard-yes = Yes, drop it
staff-job-retried = The job is queued again
staff-job-discarded = The job was dropped
staff-job-gone = This job is done, is running, or a colleague has dealt with it
staff-job-messages-code = Send a code
staff-job-messages-booking = Send a message about a booking
staff-job-messages-bus = Send a message about the bus
staff-job-messages-ambassador = Send a message about an application as an ambassador
staff-job-webhooks-spread = Hand out what partners are told
staff-job-webhooks-send = Send what a partner is told

# Audit
staff-audit-title = Audit trail
staff-audit-text = Who did what and when; read-only
staff-audit-lead = Each entry is written together with the action it records, and any later change can be detected. Newest first.
staff-audit-room = Kind
staff-audit-room-all = All
staff-audit-room-booking = Bookings
staff-audit-room-session = Sessions
staff-audit-room-template = Weekly hours
staff-audit-room-exception = Closing days
staff-audit-room-door = Admission
staff-audit-room-account = Visitors’ accounts
staff-audit-room-staff = Staff accounts
staff-audit-room-client = API clients
staff-audit-room-webhook = Webhooks
staff-audit-room-job = Jobs
staff-audit-room-bus = Science bus
staff-audit-subject = ID of the object
staff-audit-actor = ID of the actor
staff-audit-id-hint = The complete ID; choose one in the table
staff-audit-not-an-id = The ID is not complete; choose one in the table
staff-audit-newest = Back to the newest
staff-audit-none = No matching entries
staff-audit-none-text = Choose another kind, or clear the filter
staff-audit-when = When
staff-audit-what = What
staff-audit-who = Who
staff-audit-on = Object
staff-audit-detail = Details
staff-audit-position = Position
staff-audit-request = Request
staff-actor-anonymous = Visitor, not signed in
staff-actor-visitor = Visitor
staff-actor-staff = Staff
staff-actor-client = API client
staff-actor-system = The system
staff-subject-booking = Booking
staff-subject-session = Session
staff-subject-template = Weekly time
staff-subject-activity = Activity
staff-subject-account = Account
staff-subject-client = API client
staff-subject-webhook = Webhook
staff-subject-job = Job
staff-subject-bus-request = Bus request
staff-subject-bus-blackout = Days without driving
staff-action-booking-made = Booked
staff-action-booking-cancelled = Cancelled
staff-action-booking-resized = Number of people changed
staff-action-booking-moved = Moved
staff-action-booking-contact-revealed = Contact seen in full
staff-action-session-added = Session added
staff-action-session-changed = Session changed
staff-action-template-added = Weekly time added
staff-action-template-ended = Weekly time ended
staff-action-exception-added = Closing day added
staff-action-door-admitted = Admitted
staff-action-door-refused = Not admitted
staff-action-door-searched = Names searched at the door
staff-action-account-made = Account made
staff-action-account-signed-in = Signed in
staff-action-account-signed-out = Signed out
staff-action-account-sign-in-refused = Sign-in refused
staff-action-account-session-revoked = One sign-in ended
staff-action-account-sessions-revoked = Other sign-ins ended
staff-action-account-sessions-ended = Visitor signed out by an operator
staff-action-account-name-changed = Name changed
staff-action-account-contact-changed = Contact changed
staff-action-account-contact-change-asked = Change of contact asked for, waiting
staff-action-account-contact-change-stopped = Change of contact stopped
staff-action-account-proven = Proved again
staff-action-account-proof-refused = Proof refused
staff-action-account-locale-changed = Language changed
staff-action-account-exported = Personal data exported
staff-action-account-deleted = Account deleted
staff-action-staff-created = Staff account made
staff-action-staff-enrolment-begun = Enrolment begun
staff-action-staff-enrolled = Enrolled
staff-action-staff-password-shown = Password right, second factor awaited
staff-action-staff-passkey-added = Passkey added
staff-action-staff-passkey-removed = Passkey removed
staff-action-staff-passkey-counted-back = Passkey counted back, perhaps a copy
staff-action-staff-signed-in = Staff signed in
staff-action-staff-sign-in-refused = Staff sign-in refused
staff-action-staff-stepped-up = Second factor shown again
staff-action-staff-step-up-refused = Second factor refused
staff-action-staff-password-changed = Password changed
staff-action-staff-password-refused = Password change refused
staff-action-staff-recovery-codes-renewed = Recovery codes renewed
staff-action-staff-roles-changed = Duties changed
staff-action-staff-sessions-ended = Colleague signed out by an operator
staff-action-staff-reset = Account reset
staff-action-staff-password-reset = Password reset
staff-action-staff-factor-reset = Second factor removed
staff-action-staff-deactivated = Account closed
staff-action-client-created = API client made
staff-action-client-granted = API client granted
staff-action-client-refreshed = API token refreshed
staff-action-client-refused = API client refused
staff-action-client-token-reused = API token used twice
staff-action-client-grant-revoked = API grant revoked
staff-action-client-revoked = API client closed
staff-action-webhook-added = Webhook added
staff-action-webhook-changed = Webhook’s name and events changed
staff-action-webhook-removed = Webhook removed
staff-action-webhook-paused = Webhook paused
staff-action-webhook-resumed = Webhook resumed
staff-action-webhook-secret-changed = Webhook’s signing secret changed
staff-action-webhook-tested = Webhook tested
staff-action-webhook-redelivered = Webhook event sent again
staff-action-job-retried = Job tried again
staff-action-job-discarded = Job let go
staff-audit-room-waiting = Waiting list
staff-subject-waiting = Waiting list
staff-action-session-closing = Decided to close sessions
staff-action-session-closed = Session closed
staff-action-session-reopened = Session reopened
staff-action-session-open-door = Decided that no booking is needed
staff-action-session-no-booking-needed = Session needs no booking
staff-action-session-booking-needed = Session needs bookings again
staff-action-waiting-joined = Joined the waiting list
staff-action-waiting-offered = Offered places
staff-action-waiting-declined = Offer declined
staff-action-waiting-left = Left the waiting list
staff-action-waiting-expired = Offer ran out
staff-action-waiting-rests = Offer taken back: booked elsewhere
staff-action-waiting-closed = Session closed, waiting ended
staff-action-waiting-no-place = No place came free
staff-action-waiting-not-needed = No booking needed, waiting ended
staff-job-messages-series = Confirming a series
staff-job-messages-waiting = Send a waiting-list message
staff-job-messages-waiting-open-door = Tell the waiting list whether a booking is needed
staff-job-finish-closing = Finish closing sessions

# Closing
staff-close-title = Close a session
staff-close-lead = Every booking is cancelled at once, and each person is notified once, with the reason and the sessions they could choose instead. Nobody gets a no-show.
staff-close-of-session = Close the session { $when }
staff-close-of-day = Close the whole of { $day }
staff-close-session = Close this session
staff-close-day = Close this day
staff-close-touches = Who is affected
staff-close-bookings = Bookings
staff-close-people = People
staff-close-unreachable = Without contact
staff-close-waiting = Waiting
staff-close-held = Filling in form
staff-close-sum = Total
staff-close-unreachable-text = { $n ->
    [one] One booking has no contact, so we cannot notify it; please do so yourself.
   *[other] { $n } bookings have no contact, so we cannot notify them; please do so yourself.
}
staff-close-arrived-text = { $n ->
    [one] One person is inside already; that booking stays as it is.
   *[other] { $n } people are inside already; their bookings stay as they are.
}
staff-close-already = closed
staff-close-nothing = There is nothing to close
staff-close-nothing-text = The day has no sessions, or they are all over
staff-close-reason-zh = Reason (Chinese)
staff-close-reason-en = Reason (English)
staff-close-reason-hint = Sent to everyone who booked, at most 100 characters; for example: maintenance
staff-close-confirm = I have seen that this affects { $bookings } bookings and { $people } people
staff-close-do = Close and notify everyone
staff-close-day-hint = No more sessions will be generated for this day
staff-close-key-reused = This form has closed something else already; please open the page again
staff-closed-done = Closed. The bookings are cancelled and the messages are on their way.
staff-closed-reason = Closed. Reason: { $reason }
staff-reopen = Open this session again
staff-reopen-title = Open it again?
staff-reopen-text = It can be booked again; what was cancelled stays cancelled.
staff-reopened = The session is open again
staff-open-door-title = No booking needed
staff-open-door-lead = Visitors simply come; at the door they are only counted, and no details are taken. Existing bookings stay valid. No new bookings or waiting-list entries are taken, and nobody gets a no-show.
staff-open-door-of-session = No booking needed for the session { $when }
staff-open-door-of-day = No booking needed for the whole of { $day }
staff-open-door-session = No booking needed for this session
staff-open-door-day = No booking needed on this day
staff-open-door-dates = No booking needed on any date
staff-open-door-of-dates = No booking needed on any date
staff-open-door-touches = Current situation
staff-open-door-nothing = There is no session this can apply to
staff-open-door-note-zh = Note for visitors (Chinese)
staff-open-door-note-en = Note for visitors (English)
staff-open-door-note-hint = Shown on the site, at most 100 characters; for example: open day
staff-open-door-confirm = I understand that the { $bookings } existing bookings stay valid, and that the { $waiting } parties on the waiting list are notified once and leave the list
staff-open-door-day-hint = Sessions added to this day later will not need a booking either
staff-open-door-dates-hint = Dates added later need bookings, unless you set this for them too
staff-open-door-do = No booking needed from now on
staff-open-door-done = Bookings are no longer needed. The site shows this at once.
staff-open-door-key-reused = This form was used for something else already; please open the page again
staff-open-door-is = This session needs no booking: visitors simply come.
staff-open-door-note = Note: { $note }
staff-booking-again = Require bookings again
staff-booking-again-day = Require bookings again on this day
staff-booking-again-dates = Require bookings again on every date
staff-booking-again-title = Require bookings again?
staff-booking-again-text = Visitors have to book before they come. Waiting-list entries that have ended stay ended; parties told to simply come are notified again.
staff-booking-again-do = Require bookings again
staff-booking-again-done = Bookings are needed again

# Waiting list
staff-waiting-parties = Parties waiting
staff-waiting-title = Waiting list
staff-waiting-none = Nobody is waiting
staff-waiting-none-text = When the session is full, visitors can join from the calendar
staff-waiting-place = Place
staff-waiting-name = Name
staff-waiting-party = Party
staff-waiting-state = State
staff-waiting-since = Since
staff-waiting-others = { $n ->
    [one] and one other session
   *[other] and { $n } other sessions
}
staff-waiting-offered-until = Offered until { $until }
staff-waiting-offer-over = Offer ran out; the next party is about to be told
staff-waiting-state-waiting = Waiting
staff-waiting-state-rests = On hold: booked elsewhere
staff-waiting-state-elsewhere = Offered another session
staff-waiting-state-booked = Booked
staff-waiting-state-declined = Declined
staff-waiting-state-left = Left
staff-waiting-state-expired = Did not answer in time
staff-waiting-state-closed = Session closed
staff-waiting-state-no-place = No place came free
staff-waiting-state-not-needed = No booking needed
staff-waiting-owed = Kept for the waiting
staff-why-session-closed = The session is closed and the waiting has ended
staff-why-no-booking-needed = No booking is needed; the waiting is ending
staff-why-too-near = Too near: no more offers are made, and free places are anybody's
staff-why-over = { $n } more people are booked than there are places; no offers until it is below again
staff-why-none-free = No place is free: all are booked, being booked or offered
staff-why-none-fits = { $free } places are free, and the smallest party waiting has { $smallest } people
staff-why-rests = { $n ->
    [one] The party waiting has another booking and the rules allow no more, so no offer is made; free places are anybody's
   *[other] The { $n } parties waiting have other bookings and the rules allow no more, so no offer is made; free places are anybody's
}
staff-why-due = Places are free for the waiting; the offer goes out within seconds
staff-action-bus-requested = Request for the bus sent
staff-action-bus-asked = More information asked
staff-action-bus-answered = Question answered
staff-action-bus-proposed = Date proposed
staff-action-bus-accepted = Date accepted
staff-action-bus-declined = Another date wished
staff-action-bus-lapsed = Proposal ran out
staff-action-bus-released = Date fell away
staff-action-bus-scheduled = Put into the itinerary
staff-action-bus-visited = Visit noted
staff-action-bus-feedback-given = School said what it thought
staff-action-bus-refused = Request refused
staff-action-bus-withdrawn = Request withdrawn
staff-action-bus-assigned = Vehicle or crew changed
staff-action-bus-contact-revealed = Contact seen in full
staff-action-bus-blackout-added = Days without driving added
staff-action-bus-blackout-ended = Days without driving ended

staff-missed-title = No-shows
staff-missed-text = Bookings nobody came for: check them, take them back, or report a door outage
staff-missed-lead = { $n ->
    [0] No-shows do not pause booking at present; they are only recorded here.
   *[other] { $n } no-shows within { $days } days pause booking for { $pause } days. They are recorded two hours after the session, and the person is notified.
}
staff-missed-none = No no-shows yet
staff-missed-none-text = Bookings nobody came for are listed here after the session. Closed sessions, reported outages and sessions where nobody was checked in are left out.
staff-missed-booking = Reference
staff-missed-people = Absent / booked
staff-missed-standing = Now
staff-missed-came = Taken back: they came
staff-missed-outage = Taken back: outage
staff-missed-lifted = Taken back
staff-missed-paused = Booking paused until { $until }
staff-missed-counts = No-show { $n }
staff-missed-part = Some came: statistics only
staff-missed-one = No-show
staff-missed-of-party = { $n ->
    [one] One person did not come
   *[other] { $n } people did not come
}
staff-missed-lifted-why = Taken back because: { $reason }
staff-missed-lift-text = After checking, you can take this back. The person is notified, and a pause that resulted from it ends.
staff-missed-lift-reason = Why it is taken back
staff-missed-lift-hint = For your colleagues, for example “showed a photo taken at the entrance”; no identity numbers, nothing about health
staff-missed-lift = Take the no-show back
staff-missed-lifted-done = The no-show was taken back, and the person is being notified
staff-outages-title = Door outages
staff-outages-text = Without power, network or devices nobody can be checked in. Once an outage is reported, no no-shows are recorded for sessions in that time, and those already recorded are taken back.
staff-outage-declare = Report an outage
staff-outage-where = Where
staff-outage-day = Day
staff-outage-from-time = From
staff-outage-until-time = To
staff-outage-from = Began
staff-outage-until = Ended
staff-outage-reason = Reason
staff-outage-reason-hint = For example “no network this morning”
staff-outage-consequence = Every session that overlaps this time is affected. No-shows recorded for them are taken back, and each person is notified.
staff-outage-do = Report outage
staff-outage-declared = Reported; the no-shows of that time are taken back
staff-action-booking-no-show = Not come, noted
staff-action-booking-no-show-lifted = Not come, taken back
staff-action-booking-document-revealed = Identity document seen in full
staff-action-booking-sensitive-revealed = Sensitive particulars of a booking shown
staff-action-door-outage-declared = Outage at the door declared
staff-action-event-added = Event added
staff-action-event-changed = Event changed
staff-action-event-date-added = Date of an event added
staff-action-event-date-moved = Date of an event moved
staff-action-event-published = Event published
staff-action-event-questions-published = Questions of an event published
staff-action-event-withdrawn = Event withdrawn
staff-action-group-requested = Group visit requested
staff-action-group-asked = Group asked something
staff-action-group-answered = Group answered
staff-action-group-proposed = Session proposed to a group
staff-action-group-accepted = Group accepted the session
staff-action-group-declined = Group declined the session
staff-action-group-lapsed = Proposal to a group ran out
staff-action-group-approved = Group approved
staff-action-group-closed = Group’s session closed
staff-action-group-cancelled = Group’s booking cancelled
staff-action-group-visited = Group came
staff-action-bus-photo-added = Photograph of a visit added
staff-action-bus-photo-shown = Photograph of a visit shown
staff-action-bus-photo-hidden = Photograph of a visit taken back
staff-action-bus-photo-moved = Photographs of a visit put in order
staff-action-bus-photo-removed = Photograph of a visit removed
staff-action-bus-unit-saved = Vehicle or crew added or changed
staff-action-bus-unit-retired = Vehicle or crew retired
staff-action-group-letter-saved = Group’s stamped letter received
staff-action-group-letter-removed = Group’s letter taken back
staff-action-group-letter-opened = Group’s stamped letter opened
staff-action-group-missed = Group did not come
staff-action-group-passed = Group’s session passed
staff-action-group-refused = Group refused
staff-action-group-withdrawn = Group took its request back
staff-action-group-resized = Group’s size changed
staff-action-group-contact-revealed = Group’s contact shown
staff-action-group-policy-changed = Rules for groups changed
staff-action-group-roster-saved = Group’s list sent
staff-action-group-roster-removed = Group’s list deleted
staff-action-group-roster-exported = Group’s list exported
staff-action-privacy-account-erased = Account erased when due
staff-action-privacy-bus-request-erased = Bus request erased when due
staff-action-privacy-group-request-erased = Group’s request erased when due
staff-action-privacy-group-roster-erased = Group’s list erased when due
staff-action-privacy-bus-photos-erased = Photographs of a visit deleted when due
staff-action-privacy-documents-erased = Session’s documents deleted when due
staff-action-privacy-session-erased = Session’s particulars erased when due
staff-action-privacy-waiting-erased = Waiting entry erased when due
staff-audit-room-group = Groups
staff-audit-room-event = Events
staff-audit-room-privacy = Erasure
staff-subject-group-request = Group’s request
staff-subject-group-policy = Rules for groups
staff-actor-device = Door device
staff-subject-door-device = Door device
staff-action-door-overridden = Let in by a supervisor
staff-action-door-conflict-raised = Doors disagree
staff-action-door-conflict-resolved = People decided
staff-action-door-device-added = Door device added
staff-action-door-device-enrolled = Door device enrolled
staff-action-door-device-revoked = Door device revoked
staff-action-door-device-wiped = Door device told to wipe itself
staff-action-door-shift-ended = Device's shift ended

staff-pools = Kept for groups and for staff (may stay empty)
staff-pools-text = Places kept here go to groups or to bookings made by staff; all others are for individual visitors. What nobody has taken by the release goes back to individuals by itself, first to those who wait.
staff-pools-none = All for individual visitors
staff-pools-title = Pools of places
staff-pools-how = Groups take the groups’ places first, bookings made by staff the staff’s places, and then those of individuals. At its release, whatever is left of a pool goes to individuals at once.
staff-pools-between = {", "}
staff-pools-line = Still kept: { $group } for groups, { $staff } for staff
staff-pool = Pool
staff-pool-places = Places
staff-pool-taken = Taken (with held)
staff-pool-free = Still to be had
staff-pool-released = Release
staff-pool-individual = Individuals
staff-pool-group = Groups
staff-pool-staff = Staff
staff-pool-group-places = Places for groups
staff-pool-staff-places = Places for staff
staff-pool-group-release = Groups’ places released, hours before start
staff-pool-staff-release = Staff’s places released, hours before start
staff-pool-release-hint = 0 means: when the session starts
staff-pool-group-kept = { $n } for groups until { $hours } h before
staff-pool-staff-kept = { $n } for staff until { $hours } h before
staff-pool-always = Always open
staff-pool-not-set = None kept
staff-pool-was-released = Released { $at }
staff-pool-will-be-released = { $at }
staff-places-with-pools = { $n } ({ $kept })
staff-session-only-kept = Full for individuals, { $n } kept
staff-why-kept = { $n ->
    [one] The 1 place left is kept for groups or for staff until its release
   *[other] The { $n } places left are kept for groups or for staff until their release
}
staff-action-ambassador-applied = Ambassador applied
staff-action-ambassador-asked = Applicant asked
staff-action-ambassador-answered = Applicant answered
staff-action-ambassador-selected = Application selected
staff-action-ambassador-reserved = Application on the reserve
staff-action-ambassador-promoted = Reserve promoted
staff-action-ambassador-confirmed = Training date confirmed
staff-action-ambassador-declined = No date suits
staff-action-ambassador-released = Training date taken away, to be chosen again
staff-action-ambassador-attended = Was at the training
staff-action-ambassador-absent = Was not at the training
staff-action-ambassador-certified = Certificate issued
staff-action-ambassador-refused = Application not selected
staff-action-ambassador-withdrawn = Application withdrawn
staff-action-ambassador-decided = Decision noted
staff-action-ambassador-read = Application read
staff-action-ambassador-contact-revealed = Applicant’s contact seen
staff-action-ambassador-certificate-renamed = Certificate’s name corrected
staff-action-ambassador-certificate-revoked = Certificate revoked
staff-action-ambassador-round-added = Round made
staff-action-ambassador-round-changed = Round changed
staff-action-ambassador-round-shown = Round shown
staff-action-ambassador-round-hidden = Round hidden
staff-action-ambassador-training-added = Training date added
staff-action-ambassador-training-changed = Training date changed
staff-action-ambassador-training-removed = Training date removed
staff-action-ambassador-selection-published = Selection made public
staff-action-ambassador-certificates-issued = Certificates issued
staff-action-privacy-ambassador-erased = Application emptied in time
staff-action-privacy-ambassador-certificate-erased = Name taken off a certificate in time
staff-subject-ambassador-round = Ambassadors’ round
staff-subject-ambassador-application = Ambassador’s application
staff-subject-ambassador-certificate = Ambassador’s certificate
staff-audit-room-ambassador = Ambassadors
staff-audit-room-numbers = Numbers
staff-action-numbers-exported = Numbers exported
staff-action-booking-exported = Bookings exported
staff-subject-file = File
staff-audit-room-export = Scheduled exports
staff-subject-export = Scheduled export
staff-action-export-scheduled = Scheduled export made
staff-action-export-changed = Scheduled export changed
staff-action-export-paused = Scheduled export paused
staff-action-export-resumed = Scheduled export resumed
staff-action-export-ended = Scheduled export ended
staff-action-export-sent = Scheduled export sent
staff-action-export-sent-again = Mail of a scheduled export sent again
staff-action-export-told = Told of a scheduled export
staff-action-export-withheld = Scheduled export withheld
staff-action-staff-mail-changed = Work email changed
staff-action-staff-mail-removed = Work email removed
staff-booking-activity = For
unsent-kept = You have shown who you are. What you typed is still here: please check it and send it once more.
unsent-waits = You were signed out, but what you entered has been kept for you. Once you have signed in you return to that page; please submit it again.

staff-audit-room-ledger = Relief fund
staff-subject-fund = Fund
staff-subject-ledger-entry = Journal entry
staff-subject-ledger-month = Closed month
staff-subject-award = Award
staff-subject-tranche = Tranche
staff-subject-payment = Payment
staff-subject-payment-file = Payment file
staff-subject-statement = Bank statement
staff-action-ledger-fund-opened = Fund opened
staff-action-ledger-envelope-opened = Budget of a fund opened
staff-action-ledger-donation-recorded = Donation recorded
staff-action-ledger-allocated = Money moved between budgets
staff-action-ledger-opening-recorded = Opening figures recorded
staff-action-ledger-reversed = Entry reversed
staff-action-ledger-month-closed = Month of the books closed
staff-action-ledger-reserved = Money committed to a case
staff-action-ledger-lapsed = Unused commitment lapsed
staff-action-ledger-released = Commitment released
staff-action-ledger-evidence-noted = Evidence for a payment noted
staff-action-ledger-prepared = Payment prepared
staff-action-ledger-sent-back = Prepared payment sent back
staff-action-ledger-released-payment = Payment released
staff-action-ledger-payee-entered = Payee account entered
staff-action-ledger-payee-shown = Payee account seen in full
staff-action-ledger-payee-confirmed = Payee account confirmed
staff-action-ledger-payment = Payment changed state
staff-action-ledger-clawed-back = Money clawed back
staff-action-ledger-file-sent = Payment file sent
staff-action-ledger-file-fetched = Payment file fetched again
staff-action-ledger-statement-read = Bank statement read
staff-action-ledger-row-resolved = Row of a bank statement explained
staff-action-ledger-fund-changed = Fund changed
staff-action-ledger-fund-closed = Fund closed to new applications
staff-action-ledger-fund-reopened = Fund reopened to new applications
staff-action-ledger-envelope-changed = Budget of a fund changed
staff-action-ledger-return-matched = Returned money matched with the bank
staff-action-ledger-return-entered = Returned money entered
staff-action-ledger-return-confirmed = Returned money confirmed
staff-action-ledger-return-refused = Returned money not confirmed
staff-action-ledger-waiver-proposed = Waiver proposed
staff-action-ledger-waiver-confirmed = Waiver confirmed
staff-action-spark-clawback-asked = Recovery started
staff-action-spark-clawback-settled = Recovery settled
staff-subject-clawback = Recovery
staff-action-audit-checked = Audit trail verified
staff-subject-audit = Audit trail

staff-subject-spark-case = Case
staff-action-spark-case-moved = Case of the Spark Project moved on
staff-action-spark-case-taken-over = Case taken over by another officer
staff-action-spark-case-forgotten = Key of a case destroyed
staff-action-spark-case-read = Case read
staff-action-spark-case-read-unassigned = Case of another officer read (please check)
staff-action-spark-case-access-explained = Reason given to read another officer's case (please check)
staff-action-spark-case-access-granted = Reading of a case granted for a time
staff-action-spark-case-particulars-shown = Particulars of a case shown in full
staff-action-spark-agreement-signed = Aid agreement signed
staff-action-spark-appeal-sent = Appeal submitted
staff-action-spark-clarification-extended = More time given to a family
staff-action-spark-case-given = Case given to an officer
staff-action-spark-minor-assigned = Minor’s application assigned to an officer
staff-action-spark-case-held = Legal hold placed on a case
staff-action-spark-case-hold-lifted = Legal hold on a case lifted
staff-action-spark-case-hold-ended = Legal hold ended on its last day
staff-action-spark-reviewer-asked = Reviewer asked about a case
staff-action-spark-reviewer-released = Reviewer released from a case
staff-subject-spark-objection = Objection
staff-action-spark-objection-received = Objection to a notice received
staff-action-spark-objection-read = Objection to a notice read
staff-action-spark-objection-decided = Objection to a notice answered
staff-action-spark-objection-erased = Content of an objection deleted
staff-subject-spark-paper = Paper of an application
staff-action-spark-paper-added = Paper of an application sent
staff-action-spark-paper-removed = Paper of an application removed
staff-action-spark-paper-checked = Document of an application checked
staff-action-spark-paper-opened = Paper of an application opened
staff-action-spark-paper-opened-unassigned = To be looked into: a paper opened by somebody who does not look after the case
staff-subject-spark-letter = Letter
staff-action-spark-letter-written = Letter written
staff-action-spark-letter-opened = Letter opened
staff-audit-room-disclosure = Public disclosure
staff-subject-disclosure = Disclosure figures
staff-action-disclosure-frozen = Disclosure figures frozen
staff-action-disclosure-published = Disclosure report published
staff-action-disclosure-discarded = Unpublished disclosure figures discarded
staff-action-disclosure-corrected = Disclosure correction frozen
staff-action-disclosure-reminded = Reminded of a disclosure report

staff-subject-spark-meeting = Committee meeting
staff-subject-spark-rubric = Rubric
staff-action-spark-reviewer-profile-kept = Profile of a reviewer kept
staff-action-spark-absence-kept = Absence recorded
staff-action-spark-conflict-declared = Conflict of interest declared
staff-action-spark-rubric-published = Rubric published
staff-action-spark-review-given = Review given
staff-action-spark-pack-frozen = Pack of a meeting frozen
staff-action-spark-meeting-changed = Meeting of the committee changed
staff-action-spark-vote-cast = Committee member voted
staff-action-spark-minutes-closed = Minutes closed
staff-action-spark-minutes-signed = Minutes signed
staff-group-custody = Units and storage
staff-audit-room-custody = Units
staff-subject-custody-unit = Unit
staff-action-custody-looked-up-too-often = Asked for numbers of units too often
staff-action-custody-unit-read = Opened the record of a unit
