# Signing in, and what belongs to a person once signed in; the staff's door, their own account, the list of colleagues.

# A visitor's sign-in
sign-in-title = Sign in
sign-in-lead = Sign in with your mobile number or e-mail address; there is no password. We send you a code of six digits.
sign-in-contact = Mobile number or e-mail address
sign-in-contact-hint = The one you gave when you booked: a mainland mobile number, or name@example.com
sign-in-agree = I have read and agree to the
sign-in-agree-link = privacy notice
sign-in-send = Send me a code
sign-in-without-title = You can book without signing in
sign-in-without-text = Booking a museum visit needs no account. Signed in, you see and change all your bookings in one place.
sign-in-without-link = See the visits that can be booked
sign-in-staff = Staff sign-in
sign-in-already = You are signed in
sign-in-already-lead = To use another account, sign out first.
sign-in-already-go = Go to my page
sign-in-code-title = Enter the code
sign-in-code-sent = We sent a code to { $to }. It works for 10 minutes.
sign-in-code = Code
sign-in-code-hint = Six digits; you can paste them
sign-in-code-submit = Sign in
sign-in-code-expired = This code is more than 10 minutes old. Please ask for a new one.
sign-in-resent = A new code is on its way. Please use the newest one; earlier codes no longer work.
sign-in-no-code-title = No code yet?
sign-in-no-code-text = A message sometimes takes a minute or two; please look in your spam folder as well. If the number or address was mistyped, you can use another.
sign-in-resend = Send another code
sign-in-resend-wait = You can ask for another code in { $n ->
    [one] 1 second
   *[other] { $n } seconds
}.
sign-in-other-contact = Use another number or address
sign-in-over-title = This check is over
sign-in-over-text = It may have taken too long, or was begun in another browser. Just start once more; your bookings are not affected.
sign-in-over-again = Start again
sign-out = Sign out

# Refusals of this room
account-wait-seconds = That was a little too often. Please try again in { $n ->
    [one] 1 second
   *[other] { $n } seconds
}.
account-wait-minutes = That was a little too often. Please try again in { $n } minutes.
account-wait-hours = That was all for today. Please try again in { $n } hours.
account-code-again = The code was not accepted. Please check it and try again.
account-look-again = One entry needs changing. Please check it and send the form again.
account-changed-meanwhile = While you were typing, this was changed elsewhere. Please look at it as it is now, and decide again.
account-password-like-login = The new password contains your login or our name, which makes it easy to guess. Please choose one that has nothing to do with them.
account-password-common = The new password is one of those that are guessed first: runs, repetitions, well-known words. A few unrelated words in a row are easy to remember and safe.
account-password-same = The new password is the present one. Please choose one that only you know.

# A visitor's own account
account-tabs-label = My account
account-tab-bookings = My bookings
account-tab-security = Account and security
account-greeting = Hello, { $name }
account-greeting-nameless = Hello
account-lead-none = You have no visits ahead.
account-lead = { $n ->
    [one] You have one visit ahead.
   *[other] You have { $n } visits ahead.
}
account-ahead-title = Coming up
account-waits-title = On the waiting list
account-waits-offer = Places for you
account-waits-waiting = Waiting
account-waits-rests = On hold
account-waits-until = Places are kept for you until { $until }; please answer before then
account-waits-text = We write to your phone or mail when places come free
account-waits-others = { $n ->
    [one] One other session would do as well; we write when places come free
   *[other] { $n } other sessions would do as well; we write when places come free
}
account-waits-answer = Take or decline
account-waits-look = See or leave
account-none-title = No bookings yet
account-none-text = The museum is free of charge. Choose a day that suits you.
account-people = { $n ->
    [one] 1 person
   *[other] { $n } people
}
account-people-children = { $n } people, { $children } of them under 14
account-reference = Reference
account-state-running = Under way
account-state-confirmed = Booked
account-state-cancelled = Cancelled
account-state-closed = Visit called off
account-state-visited = Visited
account-state-over = Over
account-past-title = Earlier bookings
account-past-when = When
account-past-people = Who
account-past-state = State
account-contacts-title = How you sign in
account-phone = Mobile number
account-mail = E-mail address
account-contact-none = None
account-contact-add = Add
account-contact-replace = Replace
account-contact-title = Add or replace a contact
account-contact-lead = Give a mobile number or an e-mail address. Once you confirm the code we send, you can sign in with it; it replaces the one of its kind, which is told.
account-contact-taken = This contact belongs to another account. You can sign out and sign in with it there, or use another contact.
account-contact-code-title = Confirm the contact
account-contact-code-submit = Confirm
account-contact-unproven-title = Please confirm first that it is you
account-contact-unproven = We send a code to your present number or address; once you confirm it, the change takes effect at once. If you can no longer receive messages there, simply give the new one below: we tell the present contact, and the change takes effect after 72 hours.
account-contact-prove = Confirm with my present contact
account-waiting-title = A change waits to take effect
account-waiting-text = { $kind }: will be { $to } from { $at } on. If you did not ask for this, please stop it now.
account-waiting-stop = Stop the change
account-stop-title = Somebody asked to change how you sign in
account-stop-lead = If it was you, there is nothing to do; simply close this page.
account-stop-what = What changes
account-stop-new = The new contact
account-stop-asked = Asked for
account-stop-due = Takes effect
account-stop-then = Once stopped, the change does not take effect, and every browser is signed out of your account.
account-stop-submit = This was not me: stop it
account-stopped-title = The change is stopped
account-stopped-lead = You sign in as before, and every browser is signed out.
account-stopped-sign-in = Sign in again
proof-title = Please confirm that it is you
proof-lead = The next step concerns the safety of your account. Please receive a code at a contact of your account.
proof-why = You will not be asked again for 10 minutes.
proof-which = Send the code to
proof-to-phone = Mobile number { $to }
proof-to-mail = E-mail address { $to }
proof-lost = You can receive messages at none of these?
proof-lost-link = Change your contact, in force after 72 hours
proof-code-title = Enter the code
account-particulars-title = About you
account-name = What we call you
account-name-hint = For the greeting on your page; each booking keeps the name given for it. Save an empty field to remove it
account-language = Language of messages
account-language-hint = For text messages and mail
account-save = Save
account-sessions-title = Where you are signed in
account-sessions-text = If there is one you do not know, end it; it stops working at once.
account-sessions-browser = Browser
account-sessions-since = Since
account-sessions-seen = Last used
account-sessions-end = Action
account-sessions-this = This browser
account-sessions-end-one = End
account-sessions-end-others = End all others
account-seen-now = Just now
account-seen-minutes = { $n } minutes ago
account-seen-hours = { $n ->
    [one] 1 hour ago
   *[other] { $n } hours ago
}
account-export-title = Download my data
account-export-text = Everything we hold on you, in one JSON file: account, bookings, record of messages, record of sign-ins. Each download is noted.
account-export-submit = Download data
account-export-file = my-data
account-delete-title = Delete my account
account-delete-text = Your name, number and address are deleted for good. Of earlier bookings only the number of people remains, with no connection to you.
account-delete-open = Delete my account…
account-delete-question = Do you want to delete your account?
account-delete-what = This takes effect at once and cannot be undone. All your browsers are signed out, and no further messages are sent to you.
account-delete-cancel = Also cancel my bookings of visits to come, and withdraw my requests for the science bus
account-delete-cancel-hint = Your particulars are needed at the door and when the bus comes, so bookings of visits to come have to be cancelled and requests withdrawn first
account-delete-sure = I understand that this cannot be undone
account-delete-submit = Delete my account for good
account-delete-live = You have bookings of visits to come or a request for the science bus under way. Tick “Also cancel my bookings of visits to come, and withdraw my requests for the science bus”, or delete your account after the visit.
account-delete-not-cancelled = One booking can no longer be cancelled, so your account was not deleted. Please come back after the visit.
account-deleted-title = Your account is deleted
account-deleted-lead = Your name, number and address are gone from our systems.
account-deleted-text = Thank you for having been our guest. You can book again whenever you like; no account is needed.
account-done-name = The name is saved.
account-done-language = The language of messages is saved.
account-done-contact = The new contact is confirmed. You can sign in with it next time.
account-done-contact-waits = The new contact is confirmed and takes effect in 72 hours. We have told your present contact.
account-done-taken-back = The change is stopped; you sign in as before.
account-done-proven = Thank you. Please go on with what you wanted to do within 10 minutes.
account-done-session = That browser is signed out.
account-done-sessions = All other browsers are signed out.

# The staff's door
staff-sign-in-title = Staff sign-in
staff-sign-in-lead = Login, password and the code on your phone are checked together.
staff-login = Login
staff-password = Password
staff-code = Authenticator code
staff-code-hint = The six digits on your phone, or a recovery code. Leave it empty the first time you sign in; with a new phone, enter the enrolment code you were given
staff-sign-in-submit = Sign in
staff-sign-in-refused = That did not work. Please check login, password and code, and try again.
staff-sign-in-rest = After several failed attempts a login rests for a while, from 30 seconds to 16 minutes. First and temporary passwords work for 72 hours. If you have forgotten your password or changed your phone, ask a system operator.
staff-enrol-title = Connect your authenticator
staff-enrol-lead = The first sign-in connects an authenticator; you will use it each time you sign in.
staff-enrol-step-app = Open any authenticator app on your phone.
staff-enrol-step-scan = Scan the code below with it, or type the key below it.
staff-enrol-step-code = Enter the six digits the phone shows.
staff-enrol-qr = The authenticator's QR code; if you cannot scan it, type the key below
staff-enrol-until = Please finish before { $at }.
staff-enrol-code = The digits on your phone
staff-enrol-code-hint = Six digits, new every 30 seconds
staff-new-password = New password
staff-new-password-hint = At least { $min } characters. A few unrelated words in a row are easy to remember and safe; you can paste, or use a password manager
staff-enrol-submit = Connect and sign in
staff-enrol-wrong-code = These are not the digits on the phone. Please wait for the next ones, and make sure that the phone sets its time automatically.
staff-enrol-over = This took too long, or was finished in another window. Please sign in again.
staff-enrol-back = Back to the sign-in
staff-enrolled = Your authenticator is connected, and you are signed in.
staff-choose-title = Choose a password of your own
staff-choose-lead = You came in with a temporary password that a colleague gave you. Please replace it by one that only you know; then you are in.
staff-choose-submit = Change the password and sign in
staff-step-up-title = Please confirm that it is you
staff-step-up-lead = The next step concerns personal data or permissions. Please enter an authenticator code once more.
staff-step-up-why = You will not be asked again for 10 minutes.
staff-step-up-hint = The six digits on your phone, or a recovery code
staff-step-up-submit = Confirm
staff-step-up-refused = The code was not accepted. Each code works once; please wait for the next one on your phone.

# A member of staff's own account
staff-account-title = My staff account
staff-password-title = Change password
staff-password-text = All other browsers are signed out when you do.
staff-password-present = Present password
staff-password-submit = Change password
staff-not-confirmed = Nothing was changed: the present password or the code was not accepted. Please check both. Each code works once.
staff-done-password = Your password is changed, and all other browsers are signed out.
staff-recovery-title = Recovery codes
staff-recovery-text = If your phone is lost or broken, a recovery code takes the place of the authenticator code. Each works once.
staff-recovery-open = Make new recovery codes
staff-recovery-replaces = New recovery codes replace all earlier ones.
staff-recovery-back = Back to my staff account
staff-recovery-renew = Make new recovery codes
staff-recovery-renewed = The new recovery codes are ready; the earlier ones no longer work.
staff-recovery-lead = These codes are shown this once. Please print them or write them down now.
staff-recovery-keep = Keep them apart from your phone, in a locked drawer for example, and do not photograph them with it.
staff-recovery-kept = I have kept them, go on

# The staff
people-title = Staff
people-lead = Who may sign in to the desk, and what for.
people-new = Add a colleague
people-new-lead = We make a first password and show it once; please hand it over in person. Within 72 hours your colleague signs in, chooses another and connects an authenticator.
people-name = Name
people-login-hint = 3 to 40 small letters, digits, dots, dashes or underscores. It cannot be changed later
people-roles = Duties
people-roles-hint = Any number of them, or none for now
people-role-museum-officer = Sees, makes and changes bookings, plans sessions, receives visitors
people-role-steward = Checks passes and admits visitors at the door
people-role-operator = Looks after the system, the staff's accounts and the machines' clients
people-role-auditor = Reads the audit trail
people-role-bus-dispatcher = Answers requests for the science bus, plans dates, vehicles and crews
people-no-roles = None yet
people-create = Add and make a first password
people-created = Your colleague is added. Please hand over the first password below in person.
people-state = State
people-state-ready = Can sign in
people-state-new = No authenticator yet
people-state-temporary = Temporary password
people-state-late = Did not sign in in time
people-state-resting = Login rests
people-resting-until = Rests until
people-ajar-until = To sign in before
people-seen = Last used
people-never = Never
people-password-title = Temporary password
people-password-text = It is shown this once and works for 72 hours. After you leave this page it can only be reset.
people-code-title = Enrolment code
people-code-text = It is shown this once. Your colleague enters it together with the password, in place of the authenticator code. If it gets lost, please remove the authenticator once more.
people-save-roles = Save duties
people-done-roles = The duties are saved and in force from the next step on.
people-sessions-title = Sign out everywhere
people-sessions-text = For a lost phone or a screen left open. Password and authenticator stay; your colleague can sign in again.
people-sessions-submit = Sign out everywhere
people-done-sessions = All browsers of this colleague are signed out.
people-visitor-title = A visitor’s sign-ins
people-visitor-text = When visitors ring because a phone was lost or something seems wrong, you can sign them out everywhere. Please make sure who is calling; this is noted.
people-done-visitor-sessions = If this contact has an account, all its browsers are signed out.
people-done-ended = The account is closed, and all its browsers are signed out.
people-reset-title = Reset the password
people-reset-text = For a forgotten password. The authenticator is not touched.
people-reset-open = Reset the password…
people-reset-question = Do you want to reset this colleague’s password?
people-reset-what = The present password and all sessions stop working at once, and a temporary password is made that works for 72 hours. Your colleague’s authenticator code is still asked for with it.
people-reset-submit = Reset and make a temporary password
people-reset-done = The password is reset. Please hand over the temporary password below in person.
people-factor-title = Remove the authenticator
people-factor-text = For a phone that was lost, broken or exchanged. Please make sure in person that it is your colleague who asks.
people-factor-open = Remove the authenticator…
people-factor-question = Do you want to remove this colleague’s authenticator?
people-factor-what = The present authenticator, recovery codes and sessions stop working at once; the password stays. An enrolment code is made: with it and the password your colleague signs in within 72 hours and connects another authenticator.
people-factor-submit = Remove the authenticator
people-done-factor = The authenticator is removed. Please hand over the enrolment code below in person, and remind your colleague to connect another one within 72 hours.
people-end-title = Close the account
people-end-text = For colleagues who leave. The record of what they did is kept.
people-end-open = Close the account…
people-end-question = Do you want to close this account?
people-end-what = The colleague can no longer sign in, all duties are withdrawn, and the login is given to nobody else.
people-end-submit = Close the account
people-last-operator = Nothing was changed: there has to be at least one system operator, or nobody could look after staff accounts. Please give this duty to another colleague first.
