# One sentence for every code. Says what to enter or do, never that somebody did wrong.
error-required = Please fill this in
error-required-choice = Choose one of these
error-required-file = Choose a file
error-phone-shape = Enter an 11-digit mobile number, for example one beginning with 138
error-mail-shape = Enter a complete email address, for example name@example.com
error-contact-shape = Enter an 11-digit mobile number or a complete email address
error-too-long = Use at most { $max } characters
error-too-short = Write at least { $min } characters
error-name-characters = Use letters only in the name, without signs such as < > @ /
error-not-a-number = Enter a number, for example 2
error-before-or-after = Enter a number from -{ $after } to { $before }; below zero means after the beginning
error-out-of-range = Enter a number from { $min } to { $max }
error-children-exceed-party = There cannot be more children than people; please check both numbers
error-children-need-adult = Children under 14 come with at least one adult
error-must-accept = Please tick this box to go on
error-not-a-choice = Choose one of the options listed
error-code-shape = Enter the 6 digits you received
error-code-wrong = { $left ->
    [one] This is not the code we sent; you have one more try
   *[other] This is not the code we sent; you have { $left } more tries
}
error-code-expired = This code no longer works; please ask for a new one
error-sign-in-refused = We could not sign you in; please check and try again
error-password-too-short = The password needs at least { $min } characters
error-date-between = Choose a date from { $first } to { $last }
error-date-past = Choose a time that is still to come
error-opens-earlier = The opening of { $day } would come before this rule allows: move it or take it back first. If people stand in its line, wait until it is over
error-slug-shape = Use lower-case letters, digits and dashes, 3 to 60 characters
error-date-shape = Enter a date, for example 2026-07-28
error-date-year = The year is not between { $first } and { $last }. Check it
error-files-refused = { $n } of { $of } files were not accepted; the reason stands beside each of them below
error-time-shape = Enter a time, for example 09:30
error-end-before-start = The end must be later than the beginning
error-reference-shape = Enter the 8-character reference, for example K7M4-Q2XR
error-certificate-shape = Enter the number on the certificate, for example SDQXB-2026-000123
error-contract-number-shape = Enter the contract number: SD and ten digits, for example SD2026000417
error-certificate-code-shape = Enter the 12 characters of the code on the certificate
error-name-differs = Enter the name as given in the application
error-already-exists = There is one like this already
error-text-characters = Letters and digits only, without signs such as < >
error-unseen-characters = There are characters here that cannot be seen, or that turn the text around. Clear the field and type it by hand; in place of a rare character, write one that sounds the same, or pinyin
error-not-yet = This has not happened yet: come back afterwards
error-day-out-of-range = Choose a day between { $from } and { $until } days from today
error-group-size = Groups have { $min } to { $max } people, accompanying adults included; fewer book as visitors, more come in two groups
error-adults-needed = At least { $least } adults have to come along
error-resident-shape = A resident ID number has 18 characters: 17 digits, then a digit or X
error-resident-region = The number does not begin with a region; please compare it with the card
error-resident-birth-date = The birth date in the number is not one; please compare it with the card
error-resident-check-digit = One character of the number is wrong; please compare it with the card
error-document-shape = This number does not fit this type of document; please check the type and the number
error-document-twice = This is the document of person { $nth } in this booking; please check the number
error-nothing-asked = Nothing is asked here: please leave the answers out
error-stay-choose = Please tick who still comes: { $people } in all
error-children-by-all-documents = { $n ->
    [0] According to the birth dates in the documents, none of you is under 14; please check both
    [one] According to the birth dates in the documents, one of you is under 14; please check both
   *[other] According to the birth dates in the documents, { $n } of you are under 14; please check both
}
error-children-by-documents = According to the birth dates in the documents, between { $min } and { $max } of you are under 14; please check both
error-formula-cell = This cell is a formula or begins with a special character; write plain text
error-particulars = Names and classes only: please take out document numbers, telephone numbers and email addresses
error-row-twice = The same as row { $row }: delete one, or tell people of one name apart by their class
error-too-many-rows = At most { $max } names, as many as visitors; delete the rows too many, or ask us for more places
error-file-unreadable = This file cannot be read. Use the empty list to download, or save yours as .xlsx or .csv
error-file-too-large = At most { $max } KB; names and classes are all that is needed
error-file-too-heavy = At most { $max } MB
error-file-kind-letter = Please choose a PDF, JPG or PNG file
error-file-kind-picture = Please choose a JPG or PNG photograph
error-file-harmful = The virus scanner recognised something harmful in this file, so it was not kept. Please check your device, and try another file
error-file-unscanned = Files cannot be checked for viruses just now, so this one was not kept. Please try again in a few minutes; everything else you entered is still here
error-file-broken = This file does not open; it may be damaged. Please try another
error-file-active = This PDF has a password, attachments or something that runs by itself, and cannot be taken. Print or scan it to a plain PDF, or send a photograph of it
error-file-pages = At most { $max } pages
error-picture-too-large = At most { $max } million pixels; please make the picture smaller
error-web-address-shape = Enter an address that begins with https://, without a port, a name or a password, like https://partner.example/hooks
error-web-address-unknown = We cannot find this name. Please check its spelling; if it was set up just now, try again later
error-web-address-private = This address leads into an internal network. Enter one that can be reached from the internet
error-money-shape = Enter an amount such as 1,234.56
error-money-decimals = An amount has at most two decimals
error-money-not-positive = The amount must be more than 0
error-money-too-large = The amount is too large. Check for extra digits
error-bank-account-shape = A bank account has 8 to 30 digits
error-born-otherwise = The document says another date of birth. Check both
error-same-document = This is the patient’s document. Enter the guardian’s own
error-more-than-costs = You cannot ask for more than the costs still expected
error-ceiling-passed = More than this is already committed and paid. Enter a higher ceiling
error-more-than-owed = This is more than is outstanding. Please check the amount
error-consent-needed = Without this consent nobody can decide about the application. If you do not agree, ask us where else help is

refusal-full = { $free ->
    [0] No places are left in this session. You can choose another one
    [one] Only one place is left in this session, too few for your party. You can come with fewer people or choose another session
   *[other] Only { $free } places are left in this session, too few for your party. You can come with fewer people or choose another session
}
refusal-not-open-yet = Booking for this session opens on { $at }
refusal-too-late = This session is about to begin or has begun; it can no longer be booked or changed
refusal-session-closed = This session was called off; please choose another one
refusal-no-booking-needed = No booking needed for this session: just come
refusal-party-too-large = One booking can be for { $max } people at most
refusal-too-many-children = One booking can include { $max } children under 14 at most
refusal-children-need-adult = Children under 14 come with at least one adult
refusal-daily-limit = { $max ->
    [one] One mobile number, email address or account can book once a day
   *[other] One mobile number, email address or account can book { $max } times a day
}
refusal-window-limit = One mobile number, email address or account can book { $max } times within { $days } days
refusal-people-daily-limit = { $left ->
    [0] People in all bookings of one mobile number, email address or account: at most { $max } a day. No more can come that day
   *[other] People in all bookings of one mobile number, email address or account: at most { $max } a day. Another { $left } can come that day
}
refusal-children-daily-limit = { $left ->
    [0] Children under 14 in all bookings of one mobile number, email address or account: at most { $max } a day. No more can come that day
   *[other] Children under 14 in all bookings of one mobile number, email address or account: at most { $max } a day. Another { $left } can come that day
}
refusal-people-window-limit = { $left ->
    [0] People in all bookings of one mobile number, email address or account: at most { $max } within { $days } days. No more can come in that time
   *[other] People in all bookings of one mobile number, email address or account: at most { $max } within { $days } days. Another { $left } can come in that time
}
refusal-children-window-limit = { $left ->
    [0] Children under 14 in all bookings of one mobile number, email address or account: at most { $max } within { $days } days. No more can come in that time
   *[other] Children under 14 in all bookings of one mobile number, email address or account: at most { $max } within { $days } days. Another { $left } can come in that time
}
refusal-changes-over = Cancelling and changing online ended at { $at }. If you cannot come, please call reception
refusal-document-limit = This document is already used for as many bookings as allowed, or for one at the same time. Please cancel or move one of them first; if they are not yours, please contact our staff
refusal-document-limit-of = The document of person { $nth } is already used for as many bookings as allowed, or for one at the same time. Please cancel or move one of them first; if they are not theirs, please contact our staff
refusal-overlaps = You are registered for another session at the same time. Move or cancel that one first, then take this one
refusal-suspended = After several visits that were missed, booking with this number, address or account is paused until { $at }; after that you can book as usual. If we are mistaken, please get in touch with our staff
refusal-asks-questions = This event asks a few questions: please register on its page
refusal-move-limit = This booking was moved { $max } times already and cannot be moved again. You can cancel it and book anew
refusal-already-cancelled = This booking is cancelled
refusal-already-arrived = People of this booking have been admitted already; it can no longer be changed
refusal-not-smaller = Here the party can only become smaller, and at least one person stays
refusal-same-session = This is the session you have booked already
refusal-offer-ended = This offer has ended and the places went to the next party
refusal-already-waiting = This phone number or email address is on the waiting list for this session already; once is enough
refusal-waiting-limit = One phone number or email address can be on { $max } waiting lists at a time
refusal-date-full = Places left at { $at }: { $free }. No date of the series was booked; you can take single dates with room, or wait for the full one. What you typed is kept
refusal-of-date = { $at }: { $why }. No date of the series was booked
refusal-whole-series-only = This series can only be registered for, changed and cancelled as a whole
refusal-single-dates-only = Please register for the dates of this event one by one
refusal-places-free = There is room for you now: you can simply book and need not wait
refusal-waiting-over = This session is about to begin and its waiting list is closed; please choose another one
refusal-busy = Many people are booking this session at once. Please try again; what you entered is still there
request-busy = Many people are busy here at once. Please try again; what you entered is still there

door-not-a-pass = Not a pass of this museum
door-unknown = No such booking
door-cancelled = Booking cancelled
door-wrong-day = Not for today: { $at }
door-too-early = Too early; admission begins at { $from }
door-too-late = Too late; admission ended at { $until }
door-already-admitted = { $arrived ->
    [one] The one person of this booking is in already
   *[other] All { $arrived } people are in already
}
door-more-than-booked = { $left ->
    [one] Only one more person can be admitted
   *[other] Only { $left } more people can be admitted
}
door-session-closed = This session is closed
door-not-today = Not for a session of today
error-din-shape = Enter the 13 characters of the number and its check character, 14 in all
error-din-check = The check character belongs to another number: one key may have slipped, compare it with the bag
error-din-unknown = No unit has this number: compare it with the bag
error-slot-shape = Enter what the label of the slot says: tank/tower-frame-slot, for example LN2-01/3-2-14
error-unit-code-shape = Enter 2 to 16 capital letters, digits and dashes
error-own-account = This is your own account: ask a colleague of quality to change it
error-code-worked = Work was done under this code already, so it stays with its account
error-contract-unknown = No contract has this number: compare it with the first page of the contract
error-sum-differs = What is ticked comes to { $sum } yuan: compare it with the amount
error-payment-otherwise = Another payment was noted under this number of the bank: please check the number
error-unit-taken = This unit is another family’s, for another use, or under a contract already: please check the number
error-contract-unfit = This contract cannot take the unit over: it has to be another family’s, signed, for the same use, and still without a unit
error-unit-stays = What the record of this unit says does not let it change hands: please ask quality
error-unit-other = This is not the unit under this contract: compare the number with the bag
error-decimal-shape = Enter a number with at most one decimal, for example 19.5
error-between = Enter a number from { $least } to { $most }
error-warns-too-late = The warning has to come before the critical limit: a colder temperature, a higher level
