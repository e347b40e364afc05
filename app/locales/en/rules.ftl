# The museum's rules, as staff change them.
rules-title = Rules of the museum
rules-text = Opening, parties, changes, waiting list, no-shows: every rule
rules-lead = Every rule of booking the museum is here. Each change becomes a version of its own that says who made it, when and why.
rules-version-since = Version { $n } holds, since { $at }.
rules-history-link = See all changes
rules-range = { $min } to { $max }
rules-yes = Yes
rules-no = No
rules-after = { $amount } after the beginning
rules-reason = Why it is changed
rules-reason-hint = One sentence; colleagues and auditors read it
rules-consequence = Holds as soon as it is saved: for new bookings, and for changing and cancelling those there are. What is booked stays booked.
rules-save = Save as a new version
rules-done = The new rules hold
rules-same = The rules are like this already; there is no new version
rules-overtaken = A colleague changed the rules just now, and your changes are not saved. What you typed is still here; what you had not touched shows your colleague’s new values. Check and save again
rules-meanwhile = What your colleague changed
rules-no-difference = No rule is different
rules-from = before
rules-to = now
rules-history = Changes of the rules
rules-history-lead = What each version changed, who made it, when and why. A booking remembers the version it was made under.
rules-version = Version { $n }
rules-made = { $by } · { $at }
rules-by-house = System
rules-first = The first rules
rules-older = Older versions
staff-action-museum-rules-changed = Rules of the museum changed

museum-rules-opening = Opening and closing
museum-rules-party = Parties
museum-rules-limits = How often one person books
museum-rules-changes = Changing and cancelling
museum-rules-waiting = Waiting list
museum-rules-door = At the door
museum-rules-no-shows = No-shows
museum-rules-release = When many come at once

museum-rule-days-ahead = Booking opens ahead by
museum-rule-opens-hour = Opens at
museum-rule-closes-minutes-before = Booking closes before the beginning by
museum-rule-hold-minutes = Places are kept while the form is filled in for
museum-rule-people-per-booking = People in one booking at most
museum-rule-children-per-booking = Of whom children under 14 at most
museum-rule-children-need-adult = Children need an adult with them
museum-rule-identity = Whose identity document is asked for
museum-rule-bookings-per-day = Bookings on one day at most
museum-rule-window-days = Days counted together
museum-rule-bookings-per-window = Bookings in those days at most
museum-rule-change-minutes-before = No more changing or cancelling before the beginning by
museum-rule-moves = A booking is moved at most
museum-rule-waiting-per-person = Waiting entries at a time at most
museum-rule-offer-most-minutes = An offered place is kept at most
museum-rule-offer-least-minutes = An offered place is kept at least
museum-rule-offer-cutoff-minutes = Offers stop before the beginning by
museum-rule-early-minutes = The door admits early by
museum-rule-late-minutes = The door admits late by
museum-rule-no-shows = No-shows that suspend booking
museum-rule-no-show-days = No-shows are counted over
museum-rule-suspension-days = Booking is suspended for
museum-rule-no-show-grace-minutes = No-shows are marked after the end by
museum-rule-room = Waiting room before the form
museum-rule-room-early-minutes = The room opens early by
museum-rule-draw-seconds = Drawn together after the opening for
museum-rule-calm = No room is needed for up to
museum-rule-per-second = Let in a second at most
museum-rule-room-minutes = The room ends after the opening by

rule-note-opens-hour = , of the 24-hour clock
rule-note-closes = ; a number below zero lets people book after the beginning, such as -15
rule-note-window = , with the day of the visit in the middle
rule-note-no-shows = ; 0 suspends nobody
rule-note-grace = , so that late scans can arrive
rule-note-cutoff = ; what comes free later is anybody’s
rule-note-calm = , where the room is automatic
rule-note-identity = Ask only where the entrance has to check who comes. A change holds for bookings made after it
rule-note-draw = ; earlier or later makes no difference

rule-unit-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
rule-unit-hour = { $n }:00
rule-unit-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
rule-unit-seconds = { $n ->
    [one] 1 second
   *[other] { $n } seconds
}
rule-unit-people = { $n ->
    [one] 1 person
   *[other] { $n } people
}
rule-unit-bookings = { $n ->
    [one] 1 booking
   *[other] { $n } bookings
}
rule-unit-times = { $n ->
    [one] once
   *[other] { $n } times
}
rule-unit-entries = { $n ->
    [one] 1 entry
   *[other] { $n } entries
}
