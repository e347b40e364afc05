-- A pause holds for the account, too: whoever is paused and signed in books with none of their other addresses either. The account
-- stands on the mark itself, since a booking forgets whose it was long before its mark is over.
alter table no_show add column account_id uuid; -- as on the booking
