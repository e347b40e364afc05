-- What was typed and could not be taken yet: who corrects it after another page, in another language or in larger letters
-- finds it again. Sealed, and deleted with the draft; what could be taken stands in "sealed" as before.
alter table booking_draft add column typed_sealed bytea;
