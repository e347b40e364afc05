-- The certificate that a unit is stored: a random number and a code made of its id with a key of the house. Anybody who has both
-- learns that it is good as long as the unit is stored, and nothing else.
create table family_certificate (
  id         uuid primary key,
  family_id  uuid not null references family,
  unit_id    uuid not null constraint family_certificate_unit unique,
  number     text not null constraint family_certificate_number unique
               constraint family_certificate_shape check (number ~ '^[0-9A-Z]{8}$'),
  issued_on  date not null
);
create index family_certificate_of_family on family_certificate (family_id);
grant select, insert on family_certificate to cb_app;

alter table family_certificate enable row level security;
create policy family_certificate_house on family_certificate to cb_app using (true) with check (true);
create policy family_certificate_own on family_certificate for select to cb_family using (family_id in (select family_of_reader()));
grant select on family_certificate to cb_family;
