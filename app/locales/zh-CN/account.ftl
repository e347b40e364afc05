# Signing in, and one's own bookings.
