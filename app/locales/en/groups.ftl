# Group visits: what they are, asking, lists, the office.
groups-name = Group visits
groups-kicker = Free of charge · schools, hospitals, companies, communities
groups-lead = A class, a ward, a team: come to the stem cell museum together. Send a request first; we look at the sessions and answer. Once it is approved, one pass lets everybody in.
groups-begin = Ask for a group visit
groups-bus-instead = Cannot come? Invite the science bus
groups-way-title = How it goes
groups-way-1-title = Send a request
groups-way-1-text = Organisation, head-count, leader and one to three sessions you would like; a code confirms your contact. About five minutes, and you can save at any time.
groups-way-2-title = We answer
groups-way-2-text = Usually within three working days: approved, a question, or another session we propose, which you are free to take.
groups-way-3-title = Send the list
groups-way-3-text = Before or after approval, as a spreadsheet or typed. Rows with a problem are told one by one.
groups-way-4-title = One code for all
groups-way-4-text = The leader shows the code on the pass, we count, and everybody comes in together.
groups-rules-title = Rules
groups-rule-size = Groups of { $least } to { $most } people, accompanying adults included; fewer book as visitors do
groups-rule-ratio = At least one adult for every { $minors } minors
groups-rule-ahead = Sessions from { $before } to { $ahead } days ahead can be asked for
groups-rule-roster = The list can be sent and replaced until { $hours } hours before the session
groups-rule-letter = Asked for a stamped letter before the visit is confirmed: { $kinds }
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
groups-prepare-title = Have this at hand
groups-prepare-people = People
groups-prepare-people-text = How many visit and how many adults go with them. You can make it fewer later; for more, ask us
groups-prepare-dates = Sessions
groups-prepare-dates-text = One to three sessions, the best first
groups-prepare-leader = Leader
groups-prepare-leader-text = Somebody who comes along, with a mobile number or e-mail address
groups-prepare-list = List
groups-prepare-list-text = Names, and classes if there are several. No documents, and nothing else please
groups-faq-title = Questions
groups-faq-cost-q = Does it cost anything?
groups-faq-cost-a = No, the guided tour included, and nobody sells you anything.
groups-faq-names-q = Why do you want the children’s names?
groups-faq-names-a = Only to see at the door who has come. The list is encrypted, staff see the names masked, and it is deleted seven days after the visit.
groups-faq-fewer-q = What if fewer people come?
groups-faq-fewer-a = Open your request and choose “Fewer people”; the places go to others at once. If somebody is missing on the day, the others simply come in.
groups-faq-closed-q = What if the museum has to close?
groups-faq-closed-a = The leader is told at once, your request goes back to us by itself and we propose another session; nothing has to be filled in again.
groups-state-draft = Being filled in
groups-state-submitted = Waiting for an answer
groups-state-asked = Question open
groups-state-proposed = Another session proposed
groups-state-accepted = Accepted, waiting for approval
groups-state-approved = Approved
groups-state-rebook = Session closed, to be rebooked
groups-state-visited = Visited
groups-state-missed = Did not come
groups-state-over = Past
groups-state-refused = Not possible
groups-state-withdrawn = Withdrawn
groups-kind-school = School
groups-kind-hospital = Hospital
groups-kind-company = Company
groups-kind-community = Community or other
groups-ages-preschool = Before school
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
groups-step-who = Who comes
groups-step-when = Sessions
groups-step-code = Code
groups-step-answer = Our answer
groups-form-title = Ask for a group visit
groups-form-lead = About five minutes. Save at any time and go on later in the same browser.
groups-group-who = Which organisation
groups-organisation = Name of the organisation
groups-organisation-hint = With class or department if you like: Xinghe Primary School, class 3.2
groups-kind = Kind of organisation
groups-city = City
groups-group-people = How many
groups-ages = Who visits
groups-members = Visitors
groups-members-hint = Accompanying adults not counted
groups-adults = Accompanying adults
groups-adults-hint = Teachers, parents, the leader included; 0 for a group of adults
groups-group-leader = The leader
groups-leader = Leader’s name
groups-leader-hint = Comes along and shows the pass
groups-post-hint = For example: class teacher
groups-note-hint = For example: visitors who walk with difficulty, what interests you most. No names of children, please
groups-accept = I may ask on behalf of this organisation and agree that this information is used to arrange the visit.
groups-continue = Continue to the sessions
groups-continue-code = Continue, confirm the contact
groups-when-title = Which sessions would you like?
groups-when-lead = { $size }. These sessions are large enough for you; choose the best first.
groups-when-hint = Places change all the time and are checked again on approval. A session that is short of places may still work out when others cancel.
groups-when-first = Please tell us first who comes, then choose sessions.
groups-when-none = No session in the coming weeks is large enough
groups-when-none-text = You can ask for two visits instead of one of { $people } people, or invite the science bus.
groups-back-who = Back to who comes
groups-wish-1 = First choice
groups-wish-2 = Second choice
groups-wish-3 = Third choice
groups-wish-none = None
groups-session-fits = { $free } places free
groups-session-tight = too few places, { $free } free now
groups-sent-title = The request was sent
groups-sent-text = What you filled in has become a request, and was not sent twice. Open it with the link in the message to the leader.
groups-too-many = { $max } group requests of this contact are under way. Please wait until one is done; what you typed is kept.
groups-over = The session has { $free } places left, { $by } too few; nothing was approved. Propose another session, or ask the group to be fewer.
groups-mine-title = My group request
groups-track-1 = Sent
groups-track-2 = Session agreed
groups-track-3 = Approved
groups-track-4 = Visit
groups-news-sent = Your request was sent and a confirmation is on its way. Keep this page to follow it and to send the list.
groups-news-accepted = Thank you. Once it is approved you get the pass.
groups-news-declined = Thank you. We look for another session.
groups-news-smaller = The group is smaller now; the places are free for others.
groups-news-listed = The list was saved and encrypted.
groups-news-unlisted = The list was deleted.
groups-now-waiting = We are looking at sessions and places and usually answer within three working days. You can send the list now or after approval.
groups-now-accepted = Thank you for your answer. We check once more, and send you the pass on approval.
groups-now-approved = Approved: we look forward to your visit
groups-now-approved-text = The leader lets everybody in with one pass. Please come 15 minutes early.
groups-now-rebook = We are sorry: your session was closed
groups-now-rebook-text = Your request stands and need not be filled in again. We will propose another session soon.
groups-now-visited = Thank you for coming.
groups-now-missed = This session is over and nobody of your group was seen at the door. If something stood in the way, or you were there after all, please tell us; you are welcome to ask again.
groups-now-over = This session is over. What the door recorded that day is not complete: if you came, thank you; if not, you are welcome to ask again.
groups-now-refused = We are sorry, it is not possible this time
groups-now-withdrawn = The request was withdrawn, the places are free and no list is kept. You are welcome another time.
groups-see-pass = The pass
groups-proposed-title = Session proposed
groups-proposed-kept = The places are kept for you until { $until }; please answer before.
groups-proposed-text = Please answer before { $until }.
groups-accept-session = Yes, this session
groups-decline = It does not suit us
groups-decline-title = When would it suit you?
groups-decline-do = Propose another one
groups-wish-hint = For example: Wednesday or Friday afternoon
groups-wished = Sessions you would like
groups-smaller = Fewer people
groups-smaller-title = Fewer people
groups-smaller-text = Only fewer. The places go to others at once; for more people, ask us.
groups-smaller-do = Save
groups-cancel = Cancel the visit
groups-cancel-text = All places go to others at once, and the pass ends.
groups-withdraw-title = You are not coming?
groups-withdraw-text = The places kept for you go to others at once. You can ask again later.
groups-withdraw-do = We are not coming
groups-roster-title = List
groups-roster-text = Names in the first column, classes in the second (optional). Nothing else, please.
groups-roster-until = You can send and replace it until { $until }
groups-roster-closed = The list can no longer be replaced. The leader tells the number at the door.
groups-roster-kept = { $n } names in the list, { $members } visitors in the request (sent { $at })
groups-roster-fewer = Fewer names than visitors: send a fuller list or make the group smaller. It changes nothing at the door.
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
groups-roster-list-hint = One person a line, the class after a comma, at most { $members } people
groups-roster-template = Download an empty list
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
groups-rows-more = And { $n } more, told once these are put right
groups-row = Row { $n }
groups-account-title = My group requests
groups-of-booking = Group
groups-door-adults = { $n ->
    [one] { $n } adult
   *[other] { $n } adults
} with them
groups-staff-title = Group requests
groups-staff-text = Answer schools, hospitals and companies
groups-staff-lead = The first column waits for us. Places are counted once more at the moment of approval, so that nothing is oversold.
groups-staff-none = No requests
groups-staff-none-text = New requests of groups appear here.
groups-staff-not-found = No such organisation or reference.
groups-staff-search = Search
groups-staff-search-hint = Part of the organisation’s name, or a reference
groups-staff-rules = Rules for groups
groups-staff-rules-lead = The rules in force. A change holds for new requests and new decisions at once; what is approved stays.
groups-column-ours = Waiting for us
groups-staff-listed = { $n } names
groups-staff-request = Group request
groups-staff-stands = Where it stands
groups-staff-kept-until = Places kept until
groups-staff-booking = Booking
groups-staff-ask-title = Ask the group something
groups-staff-question-hint = The leader gets these words and a link to answer
groups-staff-refuse-title = This visit is not possible
groups-staff-refuse-text = The leader gets the reason; places kept for the group are free at once.
groups-staff-reason-hint = The leader reads this: say why, and what else is possible
groups-staff-reveal-hint = For example: calling about the time of arrival
groups-staff-no-list = No list yet
groups-staff-export = Export the list
groups-staff-export-text = The file has the names in full. Who exported it, when and why is recorded.
groups-staff-export-hint = For example: checking at the door
groups-staff-export-do = Download CSV
groups-staff-sessions = Sessions the group would like
groups-staff-no-session = No session in the coming weeks can take this group.
groups-staff-propose-title = Propose another session
groups-staff-propose-text = The nearest sessions that can take the group now. By the rules in force, what is proposed is kept until the group answers.
groups-staff-session = Session
groups-staff-message-hint = Sent to the leader with the proposal
groups-staff-propose = Propose this session
groups-staff-over-by = { $n } too many
groups-staff-approve = Approve
groups-staff-see-session = See the session
groups-done-asked = The group was asked.
groups-done-proposed = The proposal was sent.
groups-done-approved = Approved; the pass was sent to the leader.
groups-done-refused = The group was told.
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
groups-rules-before = Days ahead at least
groups-rules-ahead = Days ahead at most
groups-rules-answer = Days a proposal waits for the group
groups-rules-hold = Days places are kept for a group that waits for us
groups-rules-roster = List closes (hours before)
groups-rules-under-way = Requests of one contact at a time
groups-holding = Are places kept before approval?
groups-holding-nothing = No, room is looked for on approval
groups-holding-proposals = Once a session is proposed
groups-holding-requests = Once a request is sent

# The stamped letter
groups-letter-title = Stamped letter
groups-letter-text = If your organisation can give you a stamped letter about the visit, send it here and we can check faster. You may ask without one.
groups-letter-needed = Please send the stamped letter of your organisation here; we can confirm a session once we have it. It names the organisation, the day and how many come, and carries the seal.
groups-letter-file = The letter as a file
groups-letter-file-hint = PDF (at most 10 pages), JPG or PNG, at most 8 MB; a photograph from your telephone will do
groups-letter-send = Send the letter
groups-letter-replace = Send another letter
groups-letter-kept = Received: { $what }
groups-letter-picture = Picture
groups-letter-pages = { $n ->
    [one] { $n } page
   *[other] { $n } pages
}
groups-letter-remove = Take the letter back
groups-letter-remove-text = The file is deleted here; you can send another.
groups-letter-closed = The request is confirmed or over, and the letter cannot be replaced any more; please contact us if it must be
groups-letter-missing = The rules ask for a stamped letter and none has come yet; “Ask for information” reminds the group
groups-letter-none = No letter was sent, and the rules ask for none.
groups-letter-open = Download the letter
groups-letter-noted = Every download is recorded. The file comes from outside: open it with care.
groups-news-letter = We have your letter, thank you. You can replace it until the visit is confirmed
groups-news-letter-removed = The letter was taken back and deleted
groups-rules-letter = Organisations asked for a stamped letter
groups-rules-letter-hint = Organisations of these kinds are not confirmed without one
