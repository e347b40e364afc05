# The museum: sessions, booking, passes.
museum-name = Hematopoietic Stem Cell Museum
museum-kicker = Free of charge · booking needed
museum-lead = See the seed of life in a drop of cord blood. The only museum of its subject in Shandong, free since it opened, with { $visitors } visitors so far.
museum-book-action = Book a visit
museum-practical-title = Before you come
museum-what-title = What there is to see
museum-what-1 = The exhibition starts in the bone marrow: how blood renews itself every day, where hematopoietic stem cells live, and why a transplant can treat leukaemia, aplastic anaemia and other diseases. Models may be touched and microscopes focused, for children from about eight and for every curious adult.
museum-what-2 = A guide takes you to the glass wall behind which cord blood is received, prepared, tested and stored in liquid nitrogen. Where something is still research, we say so.
museum-hours = Opening hours
museum-hours-text = Tuesday to Sunday, four sessions a day: 09:00, 10:30, 13:30 and 15:00, ninety minutes each. Closed on Mondays; other closures are shown in the calendar.
museum-price = Price
museum-price-text = Free. Nothing in the museum is charged for.
museum-place = Place
museum-place-text = Hematopoietic Stem Cell Museum, ground floor, Shandong Cord Blood Bank, Jinan
museum-way = Getting there
museum-way-text = City buses stop in front of the building; there are visitors' parking places and bicycle stands. Enter by the main door, the reception is on your left.
museum-access = Accessibility
museum-access-text = Step-free throughout, with an accessible toilet, a baby room and a wheelchair to borrow. If you see or hear less well, tell us beforehand: the tour slows down and comes with text.
museum-duration = How long it takes
museum-duration-text = About ninety minutes: sixty with a guide and thirty on your own.
museum-rules-title = Booking rules
museum-rule-ahead = Sessions can be booked { $days } days ahead, from { $hour }:00 of that day.
museum-rule-party = Up to { $people } people a booking, at most { $children } of them under 14 and not without an adult.
museum-rule-limit = One phone number or mail address may book { $day ->
    [one] once
   *[other] { $day } times
} a day and { $window } times within { $days } days.
museum-rule-change = You can cancel, come with fewer people or move your visit until { $minutes } minutes before it begins.
museum-rule-no-show = After { $n } missed visits within { $days } days booking is paused for { $pause } days; if you cannot come, please cancel.
museum-rule-document = Whoever books gives the number of an identity document and brings the document along.
museum-rule-door = Doors open { $early } minutes before the session and close { $late } minutes after its beginning.
museum-faq-title = Questions
museum-faq-code-q = The code does not arrive. What now?
museum-faq-code-a = Look into the spam folder first. After a minute you can have it sent again, or use a mail address instead. Your places are kept for ten minutes and nothing you typed is lost.
museum-faq-children-q = May children come alone?
museum-faq-children-a = Children under 14 need at least one adult with them. Prams may enter the exhibition.
museum-faq-groups-q = Can a school or a company come as a group?
museum-faq-groups-a = Ask for a group visit: tell us how many you are and which sessions you would like, and we answer; once approved, one pass lets everybody in. A single booking is for up to five people.
museum-faq-late-q = May I come late?
museum-faq-late-a = Until the doors close you may. If you cannot make it, please move your visit before it begins and leave the places to another family.
museum-faq-medical-q = Do you give medical advice?
museum-faq-medical-a = The museum explains science. It gives no medical advice and promotes no storage service. Please ask your doctor.
museum-privacy-link = How we use your personal data
sessions-title = Choose a session
sessions-lead = First how many you are, then the day. The calendar shows places that take all of you.
sessions-people = How many people (children included)
sessions-show = Show places
sessions-choose-day = Choose a day
sessions-choose-day-text = Pick a day in the calendar; its sessions appear here.
sessions-closed-day = Closed that day
sessions-none = No sessions on this day
sessions-none-text = The museum is closed on Mondays; see the calendar for other days.
sessions-next-day = Next day with room: { $day }
sessions-old = No connection at the moment: the places shown may be out of date.
session-closed = Closed
session-over = Already begun
session-opens = Booking opens { $at }
session-full = Full
session-too-few = { $free } left, too few for { $people }
session-free = { $free ->
    [one] 1 place left
   *[other] { $free } places left
}
session-said = { $time }: { $state }.
session-meter = { $booked } of { $capacity } places taken
session-book = Book for { $people }
people-count = { $n ->
    [one] 1 person
   *[other] { $n } people
}
children-count = { $n } under 14
list-separator = , { "" }
book-step-session = Session
book-step-form = Your details
book-step-code = Code
book-step-done = Done
book-when = When
book-people = How many
book-change = Change
book-held = Your places are kept until { $until }.
book-not-held = Your places are no longer kept, and everything you typed is still here. When you go on, you get them if they are still free.
book-title = Who is coming
book-lead = One person is enough. The pass and any change go to the phone or mail address below.
book-name = Name
book-name-hint = What we call you at the door; no document is checked
book-name-hint-document = As on your document, which is checked at the entrance
book-contact = Mobile number or mail address
book-contact-hint = An 11-digit mainland mobile number or a mail address; we send a 6-digit code
book-children = Of these, children under 14
book-children-hint = { $people ->
    [one] There is one of you
   *[other] There are { $people } of you
}: how many are under 14?
book-accept = I know the booking rules and agree that these details are used for this booking.
book-accept-privacy = Privacy notice
book-continue = Continue and send the code
book-gone-title = This form has ended
book-gone-text = To protect your details, a form in progress is kept for two hours and only in the browser it was begun in. Please choose a session again.
book-done-title = Already booked
book-done-text = This form has become a booking. Nothing was booked twice.
book-done-action = See my booking
book-mailbox = Development: read the code in the mailbox
book-take-this = Take this one
code-title = Enter the code
code-lead = We have sent a code to { $to }. It is good for ten minutes.
code-label = 6-digit code
code-hint = It confirms this booking only; do not pass it on
code-confirm = Confirm the booking
code-resend = Send it again
code-other-contact = Use another number or address
proven-title = One more step
proven-lead = Your contact is confirmed; no other code is needed.
proven-try = Book this session
proven-others = The nearest sessions with room
proven-calendar = See all sessions
limited = That was a little often. Please try again in { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}. Everything you typed is still here.
limited-network = Many bookings are being made from the network you use. Please try again in { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}, or use mobile data instead. What you entered is still here.
mine-title = My museum visit
mine-title-cancelled = Booking cancelled
mine-title-over = This visit is over
mine-news-booked = You are booked. The pass is on its way to your phone or mail; you can also keep this page.
mine-news-changed = The number of people is updated; here is the new pass.
mine-news-moved = Your visit is moved; here is the new time.
mine-news-series-cancelled = The whole series was cancelled. Thank you for leaving the places to others.
mine-news-cancelled = The booking is cancelled and the places go to others. Thank you for telling us.
mine-session-closed = We are sorry: the museum had to close this session. You can move to another one, and it does not count as a no-show.
mine-state = State
mine-reference = Reference
mine-contact = Contact
mine-qr-label = QR code of the pass, reference { $reference }
mine-print = Print the pass
mine-pdf = Download PDF
mine-calendar = Add to calendar
mine-missed = We missed you at this session; it is noted as no-show number { $n }. If you were there after all, or had a good reason, please tell our staff
mine-missed-paused = We missed you at this session. After several no-shows booking is paused until { $until }. If this is wrong, please tell our staff
mine-missed-part = Not everybody of your party came. This is counted for statistics only
mine-missed-taken-back = The no-show noted for this visit was taken back and changes nothing for your next bookings
mine-no-changes = It is about to begin or you have arrived: changes are no longer possible here. The reception helps you.
mine-book-again = Book again
mine-changes = Change the booking
mine-changes-until = Possible until { $until }.
mine-move = Move to another session
mine-smaller = Fewer people
mine-smaller-title = How many are coming
mine-smaller-do = Update
mine-cancel = Cancel the booking
mine-cancel-title = Cancel for good?
mine-cancel-text = The places go to others at once and cannot be had back; you can book again later.
mine-cancel-do = Yes, cancel it
mine-state-has-changed = This booking has just changed. Here is how it stands now; please look again.
booking-confirmed = Confirmed
booking-cancelled = Cancelled
booking-arrived = Arrived
pass-title = Pass
pass-lead = Show the QR code at the entrance or say the reference. One pass is for everybody of the party.
pass-back = Back to my booking
move-title = Move to another session
move-lead = Now: { $now }. Your present places are kept until the new ones are yours.
move-none = No other session fits at the moment
move-none-text = The coming sessions have too few places for your party. Your booking stays as it is; look again later.
move-here = Move here
session-wait = Join the waiting list
proven-wait = Wait for this session
mine-waiting-rests = Your waiting for sessions around that day is on hold. If you cancel this booking you are in line again, in the same place.
mine-closed = We are sorry: the museum had to close this session. The booking is cancelled and does not count as a no-show.
mine-rebook = Choose another session
rebook-title = Choose another session
rebook-lead = No form and no code this time: choose a session and it is yours.
rebook-reason = We are sorry: your session was closed. Reason: { $reason }
rebook-was = It was
rebook-done = You have another session already; nothing was booked twice.
rebook-elsewhere = None of these suits you?
wait-step-done = Waiting
wait-title = Join the waiting list
wait-lead = This session is full at the moment. When places come free we offer them in order and keep them for you for a while; leaving or declining takes one press.
wait-instead = The nearest sessions with room
wait-also = These would do as well (optional)
wait-also-hint = They are full too. Whichever has room for you first is offered first
wait-continue = Continue and send the code
wait-confirm = Join the waiting list
wait-done-title = You are on the list
wait-done-text = This form has been sent; nothing was entered twice.
wait-done-action = See how it stands
waiting-title = On the waiting list
waiting-title-offer = Places for you
waiting-title-booked = You are booked
waiting-title-over = The waiting is over
waiting-news-joined = You are on the list. We write to your phone or mail when places come free; you can also keep this page.
waiting-first = first in line
waiting-before = { $n ->
    [one] 1 party before you
   *[other] { $n } parties before you
}
waiting-rests = on hold: you have another booking around that day, and the rules allow no more; cancel it and you are in line again, in the same place
waiting-wish-over = no longer waiting for this one
waiting-offer = Places are kept for you
waiting-offer-text = { $when }: { $people } places are kept until { $until }. Please answer before then; afterwards they go to the next party.
waiting-asks-document = There is a place for you. Please give your identity document, then accept; your places stay yours until then.
waiting-asks = The event’s questions have changed since you joined. Please answer them, then accept; your places stay yours until then.
waiting-accept = Take them
waiting-decline = Decline
waiting-decline-title = Decline these places?
waiting-decline-text = They go to the next party at once, and your waiting ends.
waiting-decline-text-others = They go to the next party at once; you stay in line for the other sessions.
waiting-decline-do = Yes, decline
waiting-how = Places go to the first party in line that fits. The nearer the session, the shorter they are kept.
waiting-leave = Leave the list
waiting-leave-title = Leave the list?
waiting-leave-text = You get no more messages and the families behind you move up. You can join again later.
waiting-leave-do = Yes, leave
waiting-over-booked = You took the places and are booked.
waiting-over-declined = You declined, and the places went to the next party. Thank you for telling us.
waiting-over-left = You left the list. Thank you for telling us.
waiting-over-expired = The time to answer is over, and the places went to the next party.
waiting-over-closed = We are sorry: the museum had to close this session, and the waiting is over.
waiting-over-no-place = We are sorry: no place came free in time.
waiting-again = See other sessions

document-title = Identity document of who books
document-why = The entrance of this event checks that the person who booked is the one who comes. Please give your own document; those with you need none. The number is stored encrypted; staff see its last four characters, and the whole only with a reason, which is recorded. It is deleted on { $day }, and at once when you cancel.
document-kept = Given: { $what }. Leave the number empty to keep it
document-kind = Kind of document
document-resident = Resident ID card (or residence permit for Hong Kong, Macao and Taiwan residents)
document-hong-kong-macao = Mainland travel permit for Hong Kong and Macao residents
document-taiwan = Mainland travel permit for Taiwan residents
document-foreign-resident = Foreign permanent resident ID card
document-passport = Passport
document-number = Number of the document
document-number-hint = As it stands on the document
