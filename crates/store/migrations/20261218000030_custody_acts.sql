-- Every way of a unit that people of the house go is proposed and confirmed at the desk: into the register, to a patient, to research,
-- to another bank, to its family.

alter table custody_proposal
  drop constraint custody_proposal_act,
  add constraint custody_proposal_act check (act in (
    'bank', 'lift_hold', 'put_away', 'take_out', 'move', 'discard', 'correct', 'approve_release',
    'list', 'unlist', 'reserve', 'end_reservation', 'begin_testing', 'note_steps', 'retrieve', 'ship', 'deliver', 'infuse', 'expose',
    'give_to_research', 'transfer_out', 'release_to_family'));
