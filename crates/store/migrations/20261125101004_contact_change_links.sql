-- Whoever asks for another contact again must not make the link of the first message worthless: every link that was sent
-- while a change of an account waits stops all that waits there. So links belong to the account, not to one change.
create table contact_change_stop (
  stop_hash  bytea primary key, -- keyed, of the characters in the link
  account_id uuid not null references account
);
create index contact_change_stop_by_account on contact_change_stop (account_id);
insert into contact_change_stop (stop_hash, account_id) select stop_hash, account_id from contact_change;
grant select, insert, delete on contact_change_stop to cb_app;
alter table contact_change drop column stop_hash;
