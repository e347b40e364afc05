//! Campus science ambassadors: rounds, applications, certificates.

pub mod applications;
pub mod certificates;
pub mod held;
pub mod rounds;
pub mod trainings;
