# Group visits: what they are, asking, lists, the office.
groups-name = Group visits
groups-kicker = Free of charge · schools, hospitals, companies, communities
groups-lead = A class, a department, a team: visit the stem cell museum together. Send a request first; we check the sessions and answer. Once it is approved, one pass admits everyone.
groups-begin = Request a group visit
groups-bus-instead = Cannot come? Invite the science bus
groups-way-title = How it works
groups-way-1-title = Send a request
groups-way-1-text = Organisation, number of people, leader and one to three preferred sessions; a code confirms your contact. It takes about five minutes, and you can save at any time.
groups-way-2-title = We answer
groups-way-2-text = Usually within three working days: we approve, ask a question, or propose another session, which you are free to accept.
groups-way-3-title = Send the list
groups-way-3-text = Before or after approval, as a spreadsheet or typed in. Any row with a problem is pointed out.
groups-way-4-title = One code for everyone
groups-way-4-text = The leader shows the code on the pass, we count, and everyone comes in together.
groups-rules-title = Rules
groups-rule-size = Groups of { $least } to { $most } people, accompanying adults included; smaller groups book as individual visitors
groups-rule-ratio = At least one adult for every { $minors } minors
groups-rule-ahead = You can request sessions from { $before } to { $ahead } days ahead
groups-rule-roster = The list can be sent and replaced until { $hours } hours before the session
groups-rule-letter = A stamped letter is required before the visit is confirmed for: { $kinds }
groups-rule-letter-none = No stamped letter is needed; one that you have can be sent and makes it quicker
groups-rule-answer-nothing = A session we propose waits for your answer for { $answer ->
        [one] a day
       *[other] { $answer } days
    } at most; no places are kept before you are approved
groups-rule-answer-proposals = Places in a session we propose are kept until you answer, for { $answer ->
        [one] a day
       *[other] { $answer } days
    } at most; once you accept, until you are approved, for { $hold ->
        [one] a day
       *[other] { $hold } days
    } at most
groups-rule-answer-requests = Places in your first choice are kept from your request on, for { $hold ->
        [one] a day
       *[other] { $hold } days
    } at most; another session we propose waits for your answer for { $answer ->
        [one] a day
       *[other] { $answer } days
    }
groups-rule-under-way = { $n ->
        [one] One request of a contact can be under way at a time
       *[other] Up to { $n } requests of one contact can be under way at a time
    }
groups-about-size = How many
groups-about-ratio = Adults
groups-about-ahead = How early
groups-about-letter = Stamped letter
groups-about-roster = List of names
groups-about-answer = Our answer and yours
groups-about-under-way = At the same time
groups-about-cost = Cost
groups-rule-free = Everything is free of charge; nobody may ask you for money in our name
groups-prepare-title = Before you start
groups-prepare-people = People
groups-prepare-people-text = How many visitors and how many accompanying adults. You can reduce the number later; to increase it, please contact us
groups-prepare-dates = Sessions
groups-prepare-dates-text = One to three preferred sessions, the best first
groups-prepare-leader = Leader
groups-prepare-leader-text = Somebody who comes along on the day, with a mobile number or email address
groups-prepare-list = List
groups-prepare-list-text = Names, and classes if there are several. No document numbers, and please nothing else
groups-faq-title = Frequently asked questions
groups-faq-cost-q = Does it cost anything?
groups-faq-cost-a = No. The guided tour is free too, and nobody sells you anything.
groups-faq-names-q = Why do you want the children’s names?
groups-faq-names-a = Only to check at the door who has come. The list is encrypted, staff see the names masked, and it is deleted seven days after the visit.
groups-faq-fewer-q = What if fewer people come?
groups-faq-fewer-a = Open your request and choose “Fewer people”; the places go to others at once. If somebody is missing on the day, the others simply come in.
groups-faq-closed-q = What if the museum has to close?
groups-faq-closed-a = The leader is notified at once, your request returns to us automatically and we propose another session; you do not have to fill in anything again.
groups-state-draft = Being filled in
groups-state-submitted = Waiting for an answer
groups-state-asked = Question open
groups-state-proposed = Another session proposed
groups-state-accepted = Accepted, waiting for approval
groups-state-approved = Approved
groups-state-rebook = Session closed, new session needed
groups-state-visited = Visited
groups-state-missed = Did not come
groups-state-over = Past
groups-state-refused = Not possible
groups-state-withdrawn = Withdrawn
groups-kind-school = School
groups-kind-hospital = Hospital
groups-kind-company = Company
groups-kind-community = Community or other
groups-ages-preschool = Preschool
groups-ages-primary = Primary school
groups-ages-junior = Junior high
groups-ages-senior = Senior high
groups-ages-adults = Adults
groups-people = { $n ->
    [one] { $n } person
   *[other] { $n } people
}
groups-people-adults = { $n } people, { $adults ->
    [one] { $adults } adult
   *[other] { $adults } adults
} with them
groups-people-label = People
groups-step-who = Your group
groups-step-when = Sessions
groups-step-code = Code
groups-step-answer = Our answer
groups-form-title = Request a group visit
groups-form-lead = About five minutes. You can save at any time and continue later in the same browser.
groups-group-who = Your organisation
groups-organisation = Name of the organisation
groups-organisation-hint = Add the class or department if you like: Xinghe Primary School, class 3.2
groups-kind = Type of organisation
groups-city = City
groups-group-people = How many
groups-ages = Who visits
groups-members = Visitors
groups-members-hint = Not counting accompanying adults
groups-adults = Accompanying adults
groups-adults-hint = Teachers and parents, including the leader; 0 for a group of adults
groups-group-leader = The leader
groups-leader = Leader’s name
groups-leader-hint = Comes along and shows the pass
groups-post-hint = For example: class teacher
groups-note-hint = For example: visitors with limited mobility, topics of special interest. Please do not give children’s names
groups-accept = I am authorised to make this request for the organisation and agree to the use of this information to arrange the visit.
groups-continue = Continue to the sessions
groups-continue-code = Continue and confirm the contact
groups-when-title = Which sessions would you like?
groups-when-lead = { $size }. These sessions are large enough for you; choose the best one first.
groups-when-hint = Availability changes all the time and is checked again on approval. A session short of places may still work out if others cancel.
groups-when-first = Please tell us about your group first, then choose sessions.
groups-when-none = No session in the coming weeks is large enough
groups-when-none-text = You can ask for two visits instead of one of { $people } people, or invite the science bus.
groups-back-who = Back to your group
groups-wish-1 = First choice
groups-wish-2 = Second choice
groups-wish-3 = Third choice
groups-wish-none = None
groups-session-fits = { $free } places free
groups-session-tight = not enough places, { $free } free now
groups-sent-title = Request sent
groups-sent-text = Your form has become a request and was not sent twice. Open it with the link in the message to the leader.
groups-too-many = This contact already has { $max } group requests under way. Please wait until one is finished; what you typed is kept.
groups-over = The session has { $free } places left, { $by } too few; nothing was approved. Propose another session, or ask the group to reduce its size.
groups-mine-title = My group request
groups-track-1 = Sent
groups-track-2 = Session agreed
groups-track-3 = Approved
groups-track-4 = Visit
groups-news-sent = Your request has been sent and a confirmation is on its way. Save this page to follow the request and send the list.
groups-news-accepted = Thank you. You will get the pass once it is approved.
groups-news-declined = Thank you. We will look for another session.
groups-news-smaller = The group size was reduced; the places are free for others.
groups-news-listed = The list was saved and encrypted.
groups-news-unlisted = The list was deleted.
groups-now-waiting = We are checking sessions and places and usually answer within three working days. You can send the list now or after approval.
groups-now-accepted = Thank you for your answer. We will check once more and send you the pass on approval.
groups-now-approved = Approved: we look forward to your visit
groups-now-approved-text = The leader’s pass admits everyone. Please arrive 15 minutes early.
groups-now-rebook = We are sorry: your session was closed
groups-now-rebook-text = Your request is kept and you do not have to fill it in again. We will propose another session soon.
groups-now-visited = Thank you for coming.
groups-now-missed = This session is over and nobody from your group was recorded at the door. If something came up, or you were there after all, please tell us; you are welcome to ask again.
groups-now-over = This session is over. The door’s records of that day are incomplete: if you came, thank you; if not, you are welcome to ask again.
groups-now-refused = We are sorry, it is not possible this time
groups-now-withdrawn = The request was withdrawn, the places are free and no list is kept. You are welcome another time.
groups-see-pass = The pass
groups-proposed-title = Session proposed
groups-proposed-kept = The places are kept for you until { $until }; please answer before then.
groups-proposed-text = Please answer before { $until }.
groups-accept-session = Yes, this session
groups-decline = This session does not suit us
groups-decline-title = When would it suit you?
groups-decline-do = Ask for another session
groups-wish-hint = For example: Wednesday or Friday afternoon
groups-wished = Preferred sessions
groups-smaller = Fewer people
groups-smaller-title = Fewer people
groups-smaller-text = The number can only be reduced. The places go to others at once; to increase it, please contact us.
groups-smaller-do = Save
groups-cancel = Cancel the visit
groups-cancel-text = All places go to others at once, and the pass ends.
groups-withdraw-title = Not coming?
groups-withdraw-text = The places kept for you go to others at once. You can ask again later.
groups-withdraw-do = We are not coming
groups-roster-title = List
groups-roster-text = Names in the first column, classes in the second (optional). Nothing else, please.
groups-roster-until = You can send and replace it until { $until }
groups-roster-closed = The list can no longer be replaced. Please tell us the number of people at the door.
groups-roster-kept = { $n } names in the list, { $members } visitors in the request (sent { $at })
groups-roster-fewer = Fewer names than visitors: send a complete list or reduce the group size. It makes no difference at the door.
groups-roster-more = More names than visitors. Please send the shorter list.
groups-roster-see = See the list (names masked)
groups-roster-remove = Delete the list
groups-roster-remove-text = The list is deleted at once. The request stays, and you can send another.
groups-roster-send = Send the list
groups-roster-replace = Replace the list
groups-roster-file = Spreadsheet
groups-roster-file-hint = Excel (.xlsx) or CSV, at most 512 KB; the first two columns of the first sheet are read
groups-roster-nothing = Please choose a file, or type the list below.
groups-roster-list = Or type it
groups-roster-list-hint = One person per line, the class after a comma, at most { $members } people
groups-roster-template = Download an empty template
groups-roster-template-name = group-list
groups-roster-name = Name
groups-roster-class = Class
groups-rows-faulty = { $n ->
    [one] One row needs a change
   *[other] { $n } rows need a change
}, and nothing of the list was saved. Please send it again when it is put right.
groups-rows-title = Rows to change
groups-rows-row = Row
groups-rows-column = Column
groups-rows-fault = What to do
groups-rows-more = And { $n } more, shown once these are corrected
groups-row = Row { $n }
groups-account-title = My group requests
groups-of-booking = Group
groups-door-adults = { $n ->
    [one] { $n } adult
   *[other] { $n } adults
} with them
groups-staff-title = Group requests
groups-staff-text = Answer schools, hospitals and companies
groups-staff-lead = The first column is waiting for us. Places are counted again at the moment of approval, so nothing is oversold.
groups-staff-none = No requests
groups-staff-none-text = New group requests appear here.
groups-staff-not-found = No matching organisation or reference.
groups-staff-search = Search
groups-staff-search-hint = Part of the organisation’s name, or a reference
groups-staff-rules = Rules for groups
groups-staff-rules-lead = The rules in force. A change applies at once to new requests and new decisions; what is already approved stays as it is.
groups-column-ours = Waiting for us
groups-staff-listed = { $n } names
groups-staff-request = Group request
groups-staff-stands = Status
groups-staff-kept-until = Places kept until
groups-staff-booking = Booking
groups-staff-ask-title = Ask the group a question
groups-staff-question-hint = The leader receives this text and a link to answer
groups-staff-refuse-title = This visit is not possible
groups-staff-refuse-text = The leader receives the reason; places kept for the group are released at once.
groups-staff-reason-hint = The leader will read this: say why, and what else is possible
groups-staff-reveal-hint = For example: calling about the time of arrival
groups-staff-no-list = No list yet
groups-staff-export = Export the list
groups-staff-export-text = The file contains the full names. Who exported it, when and why is recorded.
groups-staff-export-hint = For example: checking at the door
groups-staff-export-do = Download CSV
groups-staff-sessions = The group’s preferred sessions
groups-staff-no-session = No session in the coming weeks has room for this group.
groups-staff-propose-title = Propose another session
groups-staff-propose-text = The nearest sessions with room for the group now. Under the current rules, proposed places are kept until the group answers.
groups-staff-session = Session
groups-staff-message-hint = Sent to the leader with the proposal
groups-staff-propose = Propose this session
groups-staff-over-by = { $n } too many
groups-staff-approve = Approve
groups-staff-see-session = View session
groups-done-asked = The question was sent to the group.
groups-done-proposed = The proposal was sent.
groups-done-approved = Approved; the pass was sent to the leader.
groups-done-refused = The group has been notified.
groups-done-rules = The rules were saved.
groups-message-proposed = Another session proposed
groups-message-confirmation = Booking confirmation
groups-message-changed = Booking changed
groups-message-cancelled = Booking cancelled
groups-message-closed = Session closed
groups-message-reminder = Reminder
groups-rules-size = People
groups-rules-least = Smallest group
groups-rules-most = Largest group
groups-rules-minors = Minors per adult
groups-rules-time = Time
groups-rules-before = Earliest request, days ahead
groups-rules-ahead = Days ahead at most
groups-rules-answer = Days to answer a proposal
groups-rules-hold = Days places are kept while a group waits for us
groups-rules-roster = List closes (hours before)
groups-rules-under-way = Requests per contact at a time
groups-holding = Keep places before approval?
groups-holding-nothing = No, places are checked on approval
groups-holding-proposals = Once a session is proposed
groups-holding-requests = Once a request is sent

# The stamped letter
groups-letter-title = Stamped letter
groups-letter-text = If your organisation can provide a stamped letter about the visit, send it here and we can check faster. You may also apply without one.
groups-letter-needed = Please send your organisation’s stamped letter here; we can confirm a session once we have it. It states the organisation, the day and the number of people, and carries the official seal.
groups-letter-file = Letter file
groups-letter-file-hint = PDF (at most 10 pages), JPG or PNG, at most 8 MB; a photo taken with your phone will do
groups-letter-send = Send the letter
groups-letter-replace = Send another letter
groups-letter-kept = Received: { $what }
groups-letter-picture = Picture
groups-letter-pages = { $n ->
    [one] { $n } page
   *[other] { $n } pages
}
groups-letter-remove = Withdraw the letter
groups-letter-remove-text = The file is deleted here; you can send another.
groups-letter-closed = The request is confirmed or over, so the letter can no longer be replaced; please contact us if it has to be
groups-letter-missing = The rules require a stamped letter and none has arrived yet; use “Ask for information” to remind the group
groups-letter-none = No letter was sent, and the rules do not require one.
groups-letter-open = Download the letter
groups-letter-noted = Every download is recorded. The file comes from outside: open it with care.
groups-news-letter = We have your letter, thank you. You can replace it until the visit is confirmed.
groups-news-letter-removed = The letter was withdrawn and deleted
groups-rules-letter = Organisations that need a stamped letter
groups-rules-letter-hint = Organisations of these types are not confirmed without one
