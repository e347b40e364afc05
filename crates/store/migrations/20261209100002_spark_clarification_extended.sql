-- A family can be given more time, as long as it has not answered (spark_clarification_stays).
grant update (due_on) on spark_clarification to cb_app;
