-- What an act of closing is still to do, session by session: a repeated form or the job that finishes an act closes only
-- what is open here, so that a session opened again stays open whatever was queued before.
create table closure_session (
  closure_id  uuid not null references closure,
  session_id  uuid not null references session,
  state       text not null constraint closure_session_state check (state in ('open', 'done', 'void')),
  primary key (closure_id, session_id)
);
create index closure_session_waiting on closure_session (session_id) where state = 'open';
insert into closure_session (closure_id, session_id, state)
select closure_id, id, 'done' from session where closure_id is not null;
grant select, insert, update on closure_session to cb_app;
