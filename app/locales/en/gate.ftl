# The door without the network: the page of its devices, and the app on them. Refusals stand in errors.ftl.

# Staff
gate-staff-title = Devices at the door
gate-staff-text = Devices that admit without the network, and what they disagree about
gate-staff-lead = Devices go on admitting without a network and send what they did when there is one. Where doors disagree, decide it here.
gate-devices = Devices
gate-device = Device
gate-state = State
gate-synced = List updated
gate-queue = To be sent
gate-clock = Clock
gate-version = Version
gate-end = Revoke
gate-never = Never
gate-devices-none = No devices yet
gate-devices-none-text = Add one and scan its QR code with its camera
gate-device-new = Add a device
gate-device-new-lead = Nobody signs in on a device. What may be done with it belongs to the device and can be taken back at any time.
gate-device-name = Name of the device
gate-device-name-hint = For example: East entrance 1
gate-device-role = What may be done with it
gate-device-create = Make a code
gate-role-steward = Steward
gate-role-steward-text = Scans, counts who is there, counts walk-ins and who leaves
gate-role-supervisor = Supervisor
gate-role-supervisor-text = Also lets people in with a reason, sees what doors disagree about, ends the shift
gate-code-title = Scan this with the device
gate-code-label = QR code that enrols the device
gate-code-text = Or open { $address } on the device and enter the code above. It is good for 10 minutes, once.
gate-code-once = The code is shown this once
gate-code-done = Back to the devices
gate-state-live = In use
gate-state-ended = Shift ended
gate-state-waiting = Waiting for its code
gate-state-lapsed = Code ran out
gate-state-revoked = Revoked, not yet wiped
gate-state-wiped = Revoked and wiped
gate-clock-right = Right
gate-clock-behind = { $n } s slow
gate-clock-ahead = { $n } s fast
gate-revoke = Revoke
gate-revoke-question = Revoke “{ $name }”?
gate-revoke-text = The device stops at once and wipes everything it has at its next contact. What it has not sent is lost.
gate-revoke-submit = Revoke the device
gate-done-revoked = The device is revoked
gate-done-resolved = The number of people is decided
gate-has-changed = Somebody has just decided this; below is how it stands now
gate-conflicts = Where doors disagree
gate-conflicts-open = { $n ->
    [one] One disagreement waits for a decision
   *[other] { $n } disagreements wait for a decision
}
gate-conflicts-none = All doors agree
gate-conflict-booking = Booking
gate-conflict-what = What happened
gate-conflict-raised = Found
gate-conflict-state = Decision
gate-conflict-open = Open
gate-conflict-settled = { $n ->
    [one] 1 person came
   *[other] { $n } people came
}
gate-conflict-nobody = A booking nobody knows
gate-conflict-twice = More people were admitted than were booked, perhaps the same people at several doors
gate-conflict-cancelled = The booking had been cancelled when they were let in
gate-conflict-unknown = The pass is ours, the booking is not known any more
gate-conflict-clock = They were let in outside the time of admission; they are counted
gate-conflict-session = Session
gate-conflict-counted = Counted now
gate-said = What each door says
gate-said-where = Where
gate-said-at = When
gate-said-received = received
gate-said-people = People
gate-said-answer = Result
gate-said-page = Admission page
gate-said-counted = { $n ->
    [one] 1 person counted
   *[other] { $n } people counted
}
gate-decide = Decide how many came
gate-decide-hint = The same people count once, never more than were booked
gate-decide-walk-in = This booking does not count any more: the people are counted as walk-ins
gate-decide-people = How many really came?
gate-decide-reason = Why
gate-decide-reason-hint = For example: the camera at the entrance shows one family of three
gate-decide-submit = Decide
gate-decided = Decided
gate-decided-why = { $at }: { $reason }

# The app
gate-app-name = Admission (works offline)
gate-app-short = Admission
gate-app-no-script = This app needs JavaScript. You can also use the admission page:
gate-app-page = Open the admission page
gate-app-loading = Opening …
gate-app-old = This browser is too old; use a recent Chrome, Edge or Safari
gate-app-unkept = Not noted: this device cannot store it right now; press again, and if that does not help, use another device
gate-app-unread = This device’s storage has a problem, and what it shows may be out of date; close the page and open it again, and if that does not help, use another device
gate-app-enrol-title = Enrol this device
gate-app-enrol-text = Ask a supervisor to add a device on “Devices at the door”; scan the QR code or enter the code
gate-app-code = Code
gate-app-enrol = Enrol
gate-app-code-bad = The code is wrong, has run out or was used; ask a supervisor for a new one
gate-app-enrol-offline = Enrolling needs a network; try again when there is one
gate-app-enrol-later = Enrolling is not possible right now; try again in some minutes
gate-app-wiped = This device was revoked; everything on it has been wiped
gate-app-unknown = This device is not known any more; enrol it again
gate-app-online = Online
gate-app-offline = Offline
gate-app-never = No list yet
gate-app-age-now = List just updated
gate-app-age = List of { $n } min ago
gate-app-queued = { $n } to be sent
gate-app-sent = All sent
gate-app-behind = Clock { $n } s slow
gate-app-ahead = Clock { $n } s fast
gate-app-clock = Clock right
gate-app-sync = Sync now
gate-app-no-roster = There is no list of today yet. It comes with the network.
gate-app-unknown-key = This pass cannot be verified offline. Enter its reference, or try again with the network.
gate-app-name-of = Device: { $name }
gate-app-arrived = { $arrived } of { $people } here
gate-app-newer = Booked after the list; the pass is good
gate-app-refused-again = Records not accepted: { $n }
gate-app-override = Let in as supervisor
gate-app-override-reason = Reason
gate-app-override-hint = For example: the coach was late
gate-app-override-submit = Let in and note it
gate-app-place = Count for
gate-app-walked = Walk-ins counted: { $n }
gate-app-went = People leaving counted: { $n }
gate-app-sessions = Today’s sessions
gate-app-sessions-none = No sessions today
gate-app-closed = Closed
gate-app-open-door = No booking needed
gate-app-conflicts = Where doors disagree
gate-app-conflicts-some = { $n } to be decided, on “Devices at the door”
gate-app-conflicts-none = Nothing to be decided
gate-app-shift = End the shift
gate-app-shift-text = When everything is sent, today’s list is wiped from this device
gate-app-shift-submit = End and wipe the list
gate-app-shift-waiting = { $n } not sent yet; end it when there is a network
gate-app-shift-ended = The shift has ended; the list is wiped
gate-app-shift-begin = Begin the shift
gate-app-sound = Sound
gate-app-language = 简体中文
