-- The letters of a state in the order they came: a page of the few that are open is not found by walking all that ended.
create index lims_dead_letter_by_state on lims_dead_letter (state, came_at, id);
