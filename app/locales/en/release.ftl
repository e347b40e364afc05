# Releases: the waiting room, the draw, the staff's page
session-soon = Opens at { $at }; take a ticket now
room-kicker = Waiting room
room-early = You have a ticket; booking opens soon
room-early-figure = Booking opens at { $at }
room-early-text = Coming early is neither better nor worse: everybody who is here by { $seconds } seconds after the opening is drawn in a random order.
room-drawing = Open now: the draw is about to take place
room-drawing-figure = Draw at { $at }
room-drawing-text = Everybody who comes now is drawn together. Reloading or opening more tabs changes nothing.
room-waiting = You are in the line
room-waiting-figure =
    { $n ->
        [0] You are next
        [one] { $n } person is before you
       *[other] { $n } people are before you
    }
room-soon = Less than a minute, as it looks.
room-minutes =
    { $n ->
        [one] About { $n } minute at the present pace, which may change.
       *[other] About { $n } minutes at the present pace, which may change.
    }
room-admitted = It is your turn
room-admitted-figure = Please go in
room-admitted-text = Places are kept for you as soon as you are in; there is time enough to fill in the form.
room-enter = Go in and book
room-taken = All places of this day are booked or in somebody’s hands at the moment. Those that are not taken after all come back; when it is your turn you can also join the waiting list.
room-number = Your ticket
room-number-of = No. { $n }
room-opens = Booking opens
room-expect = What happens next
room-expect-keep = This page renews itself. Your ticket stays yours when you reload or close it and come back in the same browser.
room-expect-fair = Whoever comes later stands behind those who were drawn, in the order they came.
room-expect-hold = When it is your turn, press “Go in and book”. Leave the page open; you need not watch every second.
room-draw-text = The seed of the draw is sealed before the opening, with its fingerprint published, and shown afterwards, so that everybody can check it.
room-draw-link = See the proof of the draw
room-old = No connection at the moment; trying again. Your ticket is safe.
room-over-title = This ticket is over
room-over-text = The rush is over, or the ticket is another browser’s. You can look at the sessions directly now.
room-try-again = This day is opening and others are before you. Your place is kept: please press again in a moment.
draw-title = Proof of the draw
draw-lead = A draw decided who came first. This is what it was made from, for everybody to check.
draw-of = Release
draw-opens = Booking opens
draw-promised = Sealed
draw-commitment = Fingerprint of the seed (SHA-256)
draw-tickets = Tickets in the draw
draw-seed = Seed
draw-seed-later = Shown after the draw
draw-how = How to check it
draw-how-text = Tickets are numbered in the order people came, without gaps. With the seed as the key, HMAC-SHA256 of each number is computed; sorted by the result, the numbers are in their order. The seed’s SHA-256 equals the fingerprint published beforehand: nobody exchanged it after seeing the tickets.
draw-recipe = Command to check the draw
draw-list = Download the whole order (CSV)
staff-release-title = Releases
staff-release-text = When a day opens for booking, and whether there is a draw
staff-release-lead = When the sessions of a day open at once and many come, they wait in a room: first a draw, then as many as the house can serve are let in.
staff-release-none = No release soon
staff-release-none-text = Days that open by the rules appear here the day before.
staff-release-past = Past releases
staff-release-later = To come
staff-release-early = Giving out tickets
staff-release-drawing = Before the draw
staff-release-running = Letting people in
staff-release-calm = Calm
staff-release-auto = A room when many come
staff-release-always = Always a room and a draw
staff-release-never = No room
staff-release-auto-hint = A few go straight to the form; the room appears when there are more.
staff-release-always-hint = For a rush that is expected: being quick is worth nothing.
staff-release-never-hint = First come, first served from the moment it opens.
staff-release-waiting = Waiting
staff-release-admitted = Let in
staff-release-pace = Let in per second
staff-release-again = Renew the figures
staff-release-by-staff = planned by staff
staff-release-by-policy = by the rules
staff-release-opens = Opens { $at }
staff-release-off = Take this plan back
staff-release-called-off = Taken back: the day opens by the rules.
staff-release-planned = Planned. The seed of the draw is sealed and its fingerprint published.
staff-release-has-begun = People have tickets already, so it cannot be changed any more.
staff-release-day = Day of the visit
staff-release-opened = Opened
staff-release-tickets = Tickets
staff-release-drawn = In the draw
staff-release-plan = Plan a release
staff-release-plan-text = Opens all sessions of a day at the moment you choose, not before the rules of booking would.
staff-release-opens-day = Opens on
staff-release-opens-time = Opens at
staff-release-room = Waiting room
staff-release-draw-seconds = Who comes within this many seconds is in the draw
staff-release-per-second = Let in per second at most
staff-release-consequence = Until it opens nobody can book this day; bookings that exist stay valid. The pace follows how quickly the house answers, never beyond the most.
staff-release-do = Plan the release
staff-action-release-planned = Release planned
staff-action-release-promised = Seed of a draw sealed
staff-action-release-called-off = Release taken back
