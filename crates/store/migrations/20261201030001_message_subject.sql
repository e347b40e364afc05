-- A message is about one thing of whichever kind: two columns say which, instead of one column for each kind. The columns
-- of before stay until no server knows them any more; until then each way of writing fills the other's.
alter table message
  add column subject_kind text, -- booking, account, bus_request, group_request, ambassador_application; none for a code
  add column subject_id uuid,
  add constraint message_subject check ((subject_kind is null) = (subject_id is null)) not valid;

create function message_subject() returns trigger language plpgsql as $$
begin
  if new.subject_kind is null then
    select kind, id into new.subject_kind, new.subject_id
    from (values ('booking', new.booking_id), ('account', new.account_id), ('bus_request', new.bus_request_id),
                 ('group_request', new.group_request_id), ('ambassador_application', new.ambassador_id)) as about (kind, id)
    where id is not null limit 1;
  elsif new.subject_kind = 'booking' then new.booking_id := new.subject_id;
  elsif new.subject_kind = 'account' then new.account_id := new.subject_id;
  elsif new.subject_kind = 'bus_request' then new.bus_request_id := new.subject_id;
  elsif new.subject_kind = 'group_request' then new.group_request_id := new.subject_id;
  elsif new.subject_kind = 'ambassador_application' then new.ambassador_id := new.subject_id;
  end if;
  return new;
end $$;
create trigger message_subject before insert on message for each row execute function message_subject();
