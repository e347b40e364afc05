# The museum: sessions, booking, passes.
