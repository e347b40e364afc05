# The door's pages. Refusals stand in errors.ftl.
door-title = Admission
door-inside = In the building
door-ticket = Scan the pass, or enter the reference
door-look = Look up
door-camera = Scan with the camera
door-camera-aim = Hold the pass so that its QR code is in the picture
door-camera-stop = Stop scanning
door-camera-refused = The browser has no permission to use the camera. Allow it in the browser’s site settings and try again, or enter the reference above.
door-camera-none = This device has no camera to use; enter the reference above
door-camera-busy = The camera cannot be used now, perhaps another app is using it. Try again, or enter the reference above.
door-camera-other = This QR code is not a pass of the museum
door-document = Compare the document: it ends in { $last }
door-present = How many are here now?
door-admit = Admit
door-next-instead = Do not admit; next ticket
door-come-in = { $n ->
    [one] Come in: 1 person
   *[other] Come in: { $n } people
}
door-arrived-of = { $arrived } of { $people } here
door-open-door = No booking needed · { $n } walked in · room for { $capacity }
door-party = { $n ->
    [one] Booked for 1 person
   *[other] Booked for { $n } people
}
door-by-name = Search by name
door-name = Name of the person who booked
door-name-hint = Enter the beginning of the name, at least two characters; only today’s bookings are searched
door-name-look = Search
door-names-title = Today’s bookings
door-no-name = No booking under this name today
door-no-name-text = Try another spelling, or ask for the reference
door-walk-in = Count walk-ins
door-walk-in-n = { $n ->
    [one] Count 1 walk-in
   *[other] Count { $n } walk-ins
}
door-walked = { $n ->
    [one] Counted 1 walk-in
   *[other] Counted { $n } walk-ins
}
door-left = Count who left
door-left-n = { $n ->
    [one] Count 1 person leaving
   *[other] Count { $n } people leaving
}
door-went = { $n ->
    [one] Counted 1 person leaving
   *[other] Counted { $n } people leaving
}
door-running = Coming sessions
door-has-changed = This booking has just changed. Please look it up again
