# The museum: sessions, booking, passes.
museum-name = Hematopoietic Stem Cell Museum
museum-kicker = Free of charge · booking needed
museum-lead = See the seed of life in a drop of cord blood. The only museum of its subject in Shandong, free since it opened, with { $visitors } visitors so far.
museum-book-action = Book a visit
museum-open-door = On { $day } there are sessions that need no booking: just come
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
museum-rule-limit = One phone number, email address or account may book { $day ->
    [one] once
   *[other] { $day } times
} a day and { $window } times within { $days } days.
museum-rule-day-people = People in all bookings of one phone number, email address or account: at most { $people } a day.
museum-rule-day-both = People in all bookings of one phone number, email address or account: at most { $people } a day, of whom at most { $children } under 14.
museum-rule-day-children = Children under 14 in all bookings of one phone number, email address or account: at most { $children } a day.
museum-rule-window-people = People in all bookings of one phone number, email address or account: at most { $people } within any { $days } days.
museum-rule-window-both = People in all bookings of one phone number, email address or account: at most { $people } within any { $days } days, of whom at most { $children } under 14.
museum-rule-window-children = Children under 14 in all bookings of one phone number, email address or account: at most { $children } within any { $days } days.
museum-rule-change-day-before = You can cancel, come with fewer people or move your visit free of charge until 24:00 the day before.
museum-rule-change = You can cancel, come with fewer people or move your visit until { $minutes } minutes before it begins.
museum-rule-no-show = After { $n } missed visits within { $days } days booking is paused for { $pause } days; if you cannot come, please cancel.
museum-rule-document = Whoever books gives the number of an identity document and brings the document along.
museum-rule-documents = Everyone who comes gives the number of an identity document and brings the document along.
museum-rule-door = Doors open { $early } minutes before the session and close { $late } minutes after its beginning.
museum-faq-title = Questions
museum-faq-code-q = The code does not arrive. What now?
museum-faq-code-a = Look into the spam folder first. After a minute you can have it sent again, or use an email address instead. Your places are kept for ten minutes and nothing you typed is lost.
museum-faq-children-q = May children come alone?
museum-faq-children-a = Children under 14 need at least one adult with them. Prams may enter the exhibition.
museum-faq-groups-q = Can a school or a company come as a group?
museum-faq-groups-a = Ask for a group visit: tell us how many you are and which sessions you would like, and we answer; once approved, one pass lets everybody in. A single booking is for up to five people.
museum-faq-late-q = May I come late?
museum-faq-late-a = Until the doors close you may. If you cannot come, please cancel or move your visit while the rules above still allow it, and leave the places to another family.
museum-faq-medical-q = Do you give medical advice?
museum-faq-medical-a = The museum explains science. It gives no medical advice and promotes no storage service. Please ask your doctor.
museum-privacy-link = How we use your personal data
sessions-title = Choose a session
sessions-lead = Choose the number of people first, then the day. The calendar shows places for all of you.
sessions-party-too-large = At most { $most } people in one booking; groups of { $least } or more ask for a visit of their own.
sessions-groups = Group visits
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
session-no-booking = No booking needed: just come
session-no-booking-text = Just come, no booking needed. Bookings already made stay valid
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
enumeration-separator = , { "" }
book-step-session = Session
book-step-form = Your details
book-step-code = Code
book-step-done = Done
book-cancel = Cancelling
book-cancel-until = Free of charge until { $until }
book-cancel-over = It is too late to cancel this session online; if you cannot come, please call reception
book-when = When
book-people = How many
book-change = Change
book-held = Your places are kept until { $until }.
book-not-held = Your places are no longer kept, and everything you typed is still here. When you go on, you get them if they are still free.
book-title = Who is coming
book-lead = We only need one contact person. The pass and any changes are sent to the phone or email address below.
book-name = Name
book-name-hint = What we call you at the door; no documents are checked
book-name-hint-document = As on your document, which is checked at the entrance
book-contact = Mobile number or email address
book-contact-hint = An 11-digit mainland mobile number or an email address; we will send a 6-digit code
book-children = Of these, children under 14
book-children-hint = { $people ->
    [one] There is one of you
   *[other] There are { $people } of you
}: how many are under 14?
book-accept = I have read the booking rules and agree to the use of these details for this booking.
book-accept-privacy = Privacy notice
book-continue = Continue and send the code
book-gone-title = This form has ended
book-gone-text = To protect your details, an unfinished form is kept for two hours and only in the browser where it was started. Please choose a session again.
book-done-title = Already booked
book-done-text = This form has become a booking. Nothing was booked twice.
book-done-action = See my booking
book-mailbox = Development: read the code in the mailbox
book-take-this = Take this one
code-title = Enter the code
code-lead = We have sent a code to { $to }. It is valid for ten minutes.
code-label = 6-digit code
code-hint = It confirms this booking only; please do not pass it on
code-confirm = Confirm the booking
code-resend = Send it again
code-other-contact = Use another number or address
proven-title = One more step
proven-lead = Your contact is confirmed; no other code is needed.
proven-try = Book this session
proven-others = The nearest sessions with room
proven-other-days = Sessions with room on other days
proven-standing = To take this session, cancel or move what you have booked first: the link stands in its confirmation message. Or choose another day; what you typed is kept.
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
mine-news-booked = You are booked. The pass is on its way to your phone or email; you can also save this page.
mine-news-changed = The number of people is updated; here is the new pass.
mine-news-moved = Your visit is moved; here is the new time.
mine-news-series-cancelled = The whole series was cancelled. Thank you for leaving the places to others.
mine-news-date-booked = The date is added. A confirmation is on its way.
mine-news-cancelled = The booking is cancelled and the places go to others. Thank you for letting us know.
mine-session-closed = We are sorry: the museum had to close this session. You can move to another one, and it does not count as a no-show.
mine-no-booking-needed = This session no longer needs a booking. Yours stays valid and your pass works as before; if you cannot come, it does not count as a no-show.
mine-state = State
mine-reference = Reference
mine-contact = Contact
mine-qr-label = QR code of the pass, reference { $reference }
mine-print = Print the pass
mine-pdf = Download PDF
mine-calendar = Add to calendar
mine-missed = We missed you at this session; it was recorded as no-show number { $n }. If you were there after all, or had a good reason, please tell our staff.
mine-missed-paused = We missed you at this session. After several no-shows booking is paused until { $until }. If this is wrong, please tell our staff.
mine-missed-part = Not everyone in your party came. This is counted for statistics only.
mine-missed-taken-back = The no-show recorded for this visit was taken back and does not affect your future bookings.
mine-no-changes = It is too late for changes, or some of you have already arrived, so changes are no longer possible here. Our reception will help you.
mine-book-again = Book again
mine-changes = Change the booking
mine-changes-until = Cancel free of charge until { $until }, or move your visit or come with fewer people.
mine-move = Move to another session
mine-smaller = Fewer people
mine-smaller-title = How many are coming?
mine-smaller-do = Update
mine-cancel = Cancel the booking
mine-cancel-title = Cancel this booking?
mine-cancel-text = The places go to others at once and you cannot get them back; you can book again later.
mine-cancel-do = Yes, cancel it
mine-state-has-changed = This booking has just changed. Here is its latest state; please check again.
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
session-wait-over = The waiting list is closed
session-wait = Join the waiting list
proven-wait = Wait for this session
mine-waiting-rests = Your waiting for sessions around that day is on hold. If you cancel this booking you are in line again, in the same place.
mine-waiting-rests-firm = Your waiting for sessions around that day is on hold: with this booking you have as many as the rules allow.
mine-closed = We are sorry: the museum had to close this session. The booking is cancelled and does not count as a no-show.
mine-rebook = Choose another session
rebook-title = Choose another session
rebook-lead = No form and no code this time: choose a session and it is yours.
rebook-reason = We are sorry: your session was closed. Reason: { $reason }
rebook-was = It was
rebook-done = You already have another session; nothing was booked twice.
rebook-elsewhere = None of these suits you?
wait-step-done = Waiting
wait-title = Join the waiting list
wait-lead = This session does not have enough places for your party at the moment. When places become free we offer them in order and keep them for you for a while; you can leave or decline with one click.
wait-instead = Nearest sessions with enough places
wait-also = These would suit us too
wait-also-hint = They do not have enough places either. The first one with room for you is offered first
wait-continue = Continue and send the code
wait-confirm = Join the waiting list
wait-done-title = You are on the waiting list
wait-done-text = This form has been sent; nothing was entered twice.
wait-done-action = See my place on the list
waiting-title = On the waiting list
waiting-title-offer = Places for you
waiting-title-booked = You are booked
waiting-title-over = Your waiting has ended
waiting-news-joined = You are on the waiting list. We will message your phone or email when places become free; you can also save this page and check it at any time.
waiting-first = first in line
waiting-before = { $n ->
    [one] 1 party before you
   *[other] { $n } parties before you
}
waiting-rests = on hold: you have another booking around that day, and the rules allow no more; if you cancel it you are back in line, in the same place
waiting-wish-over = no longer waiting for this one
waiting-offer = Places are kept for you
waiting-offer-text = { $when }: { $people } places are kept until { $until }. Please answer before then; afterwards they go to the next party.
waiting-asks-document = There is a place for you. Please give the identity documents, then accept; your places are kept until then.
waiting-asks = The event’s questions have changed since you joined. Please answer them, then accept; your places are kept until then.
waiting-accept = Accept the places
waiting-decline = Decline
waiting-decline-title = Decline these places?
waiting-decline-text = They go to the next party at once, and you leave the waiting list.
waiting-decline-text-others = They go to the next party at once; you stay in line for the other sessions.
waiting-decline-do = Yes, decline
waiting-how = Places are offered to the first party in line that fits. The nearer the session, the shorter they are kept.
waiting-leave = Leave the waiting list
waiting-leave-title = Leave the waiting list?
waiting-leave-text = You will get no more messages, and the families behind you move up. You can join again later.
waiting-leave-do = Yes, leave
waiting-over-booked = You accepted the places and are booked.
waiting-over-declined = You declined, and the places went to the next party. Thank you for letting us know.
waiting-over-left = You left the waiting list. Thank you for letting us know.
waiting-over-expired = The time to answer has passed, and the places went to the next party.
waiting-over-closed = We are sorry: the museum had to close this session, and your waiting has ended.
waiting-over-no-place = We are sorry: no places became free in time.
waiting-over-not-needed = Good news: no booking is needed. Just come; there is no need to wait.
waiting-again = See other sessions

document-title = Identity document of the person booking
document-why = The entrance checks that the person who booked is the person who comes. Please give your own document; your companions need none. The number is stored encrypted; staff see its last four characters, and the whole number only with a reason, which is recorded. It is deleted on { $day }, or at once if you cancel.
document-title-everybody = Everyone’s identity documents
document-why-everybody = The entrance checks each person’s document. Please give the type and number for everyone; no names are needed. For a child under 14 a guardian gives it, and the citizen number in the household register will do. The numbers are stored encrypted; staff see their last four characters, and whole numbers only with a reason, which is recorded. They are deleted on { $day }, or at once if you cancel.
document-of-first = Person booking
document-of-companion = Companion { $n }
document-kind-of = { $who }: type of document
document-number-of = { $who }: document number
document-stay = Who is still coming
document-stay-hint = Untick anyone who is not coming; their document is deleted as soon as you submit
document-kept = On file: { $what }. Leave this empty to keep it
document-kind = Type of document
document-resident = Resident ID card (or Hong Kong, Macao or Taiwan residence permit)
document-resident-short = ID card or residence permit
document-hong-kong-macao = Mainland travel permit for Hong Kong and Macao residents
document-taiwan = Mainland travel permit for Taiwan residents
document-foreign-resident = Foreign permanent resident ID card
document-passport = Passport
document-number = Document number
document-number-hint = As shown on the document

# What a visitor keeps while choosing
kept-one = You are holding { $people ->
    [one] 1 place
   *[other] { $people } places
} on { $when } until { $until }. To change the number or the session, choose below.
kept-several = You are holding { $people ->
    [one] 1 place
   *[other] { $people } places
} on each of { $n } dates until { $until }.
kept-back = Continue with your booking
session-free-own = { $free ->
    [one] 1 place left
   *[other] { $free } places left
}, { $own } of them held for you
session-too-few-own = { $free } left ({ $own } held for you), too few for { $people }
