# The museum's rules, as staff change them.
rules-title = Rules of the museum
rules-text = Opening, parties, changes, waiting list, no-shows: every rule
rules-lead = Every booking rule of the museum is here. Each change becomes a version that records who made it, when and why.
rules-version-since = Version { $n } has applied since { $at }.
rules-history-link = See all changes
rules-range = { $min } to { $max }
rules-yes = Yes
rules-no = No
rules-after = { $amount } after the beginning
rules-reason = Reason for the change
rules-reason-hint = One sentence; colleagues and auditors will read it
rules-consequence = Applies as soon as it is saved: to new bookings, and to changing and cancelling existing ones. Existing bookings stay valid.
rules-save = Save as a new version
rules-done = The new rules apply
rules-same = Nothing was changed, so there is no new version
rules-overtaken = A colleague has just changed the rules, so your changes were not saved. What you typed is still here; fields you had not touched show your colleague’s new values. Please check and save again.
rules-meanwhile = What your colleague changed
rules-no-difference = No differences
rules-from = before
rules-to = now
rules-history = History of the rules
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
museum-rule-identity = Identity documents asked for
museum-rule-bookings-per-day = Bookings on one day at most
museum-rule-window-days = Days counted together
museum-rule-bookings-per-window = Bookings in those days at most
museum-rule-people-per-day = People on one day at most, all bookings together
museum-rule-children-per-day = Of whom children under 14 at most
museum-rule-people-per-window = People in those days at most, all bookings together
museum-rule-children-per-window = Children under 14 in those days at most
museum-rule-changes-end = Changing and cancelling ends
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
rule-note-window = ; any so many days on end, whichever they begin with
rule-note-people = , in all bookings of one phone number, address, account or document; 0 limits nobody
rule-note-change = ; counts where changing ends a while before the session
rule-note-no-shows = ; 0 suspends nobody
rule-note-grace = , so that late scans can arrive
rule-note-cutoff = ; what comes free later is anybody’s
rule-note-calm = , where the room is automatic
rule-note-identity = Ask only if the entrance has to check who comes. A change applies to bookings made after it
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

changes-end-minutes-before = A while before the session begins (how long stands below)
changes-end-day-before = At 24:00 the day before
