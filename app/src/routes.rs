//! Every path of the site in one table. The router, the guard before a page, the sitemap and the test that compares
//! them with the server's routes all read it.
//!
//! To add a page: write the component, `use` it here, add a line to the table. A new line without an access does not
//! compile; a page with islands says so, or its scripts are not sent.

use crate::account::{
    AccountDeleted, Bookings, ClientNew, ClientPage, Clients, Confirm, ConfirmCode, ContactCode, ContactNew,
    PasskeyNew, People, PeopleNew, Person, RecoveryCodes, Security, SignIn, SignInCode, StaffAccount, StaffEnrol,
    StaffSecond, StaffSignIn, StaffStepUp, Stop, Stopped, WorkMail,
};
use crate::ambassadors::staff::{
    RoundEdit as AmbassadorRoundEdit, RoundNew as AmbassadorRoundNew, RoundPage as AmbassadorRound,
    Rounds as AmbassadorRounds, StaffApplication as AmbassadorApplication, TrainingPage as AmbassadorTraining,
};
use crate::ambassadors::{
    About as Ambassadors, Apply as AmbassadorApply, ApplyCode as AmbassadorCode, Mine as AmbassadorMine,
    Verdict as CertificateVerdict, Verify as CertificateVerify,
};
use crate::bus::staff::{
    Blackouts as BusBlackouts, Board as BusBoard, FleetPage as BusFleet, Numbers as BusNumbers, Planner as BusPlanner,
    Request as StaffBusRequest,
};
use crate::bus::{
    About as Bus, Apply as BusApply, ApplyCode as BusApplyCode, Feedback as BusFeedback, Mine as BusMine,
    Schedule as BusSchedule, Stop as BusStop,
};
use crate::cases::claw_back::ClawBackCase;
use crate::cases::{CaseAnswers, CasePage, Cases, KeptCases, OwnAgreement, OwnAppeal, OwnCase, OwnCases, WithdrawCase};
use crate::committee::{CarryOut, MeetingPage, Meetings, MinutesPage, PlanMeeting};
use crate::custody::proof::{Roots as CustodyRoots, Verify as VerifyPassport};
use crate::custody::staff::{
    CollectorPage, Collectors, Deviations, Families, FamilyRecord, Lists as CustodyLists, Operators, Recalls, Store,
    StoreTank, UnitPage, Units,
};
use crate::desk::{AuditTrail, Erasure, Front, Jobs};
use crate::disclosure::{
    CorrectReport, Disclosure, DisclosureDesk, LookAhead as DisclosureLook, Notices as SparkNotices,
    ReportPage as DisclosureReport,
};
use crate::door::{ConflictPage, DeviceNew, Door, StaffDoor};
use crate::exports::{ExportEdit, ExportFile, ExportNew, ExportPage, Exports};
use crate::family::staff::{ContractNew, ContractPage, Contracts};
use crate::family::{
    Join as FamilyJoin, OwnContracts, OwnLooks, OwnNotices, OwnPeople, OwnReceipt, OwnSteps, OwnTemperature, OwnTests,
    OwnUnit, OwnUnits, UnitCertificateVerdict, VerifyUnitCertificate,
};
use crate::gallery::Gallery;
use crate::groups::staff::{Board as GroupBoard, Request as GroupRequest, Rules as GroupRules};
use crate::groups::{
    About as Groups, Apply as GroupApply, ApplyCode as GroupCode, ApplyWhen as GroupWhen, Mine as GroupMine,
};
use crate::home::Home;
use crate::ledger::{
    AwardPage as LedgerAward, Awards as LedgerAwards, Enter as LedgerEnter, EntryPage as LedgerEntry, FundPage, Funds,
    Months as LedgerMonths, OpenFunds, Payments as LedgerPayments, StatementPage as LedgerStatement,
    Statements as LedgerStatements, TranchePage as LedgerTranche,
};
use crate::ledger::{ClawbackPage, Clawbacks, EnvelopeNew, EnvelopePage, FundEdit, FundNew};
use crate::letters::{OwnLetter, VerifyLetter};
use crate::lims::{DeadLetterPage, DeadLetters};
use crate::mailbox::Mailbox;
use crate::museum::staff::{
    BookOnBehalf, Booking as StaffBooking, Bookings as StaffBookings, CloseDay, CloseSession, NoShows, OpenDoorDates,
    OpenDoorDay, OpenDoorSession, PrintedPass, Releases, Rules as MuseumRules, RulesHistory as MuseumRulesHistory,
    Session as StaffSession, Sessions as StaffSessions, Templates, Today,
};
use crate::museum::{About, Book, Code, Draw, Mine, Move, Pass, Rebook, Room, Sessions, Wait, WaitCode, Waiting};
use crate::notices::{Accessibility, Privacy};
use crate::numbers::{EventNumbers, ExportBookings, MuseumNumbers};
use crate::objections::{ObjectForm, ObjectionPage, Objections};
use crate::outreach::staff::{
    EventEdit, EventNew, EventPictures, EventQuestions, Registration, Registrations, SeriesForm, StaffEvent,
    StaffEvents,
};
use crate::outreach::{EventPage, Programme};
use crate::problem::{Problem, problem_page};
use crate::profiles::{ConflictNew, ProfilePage, Profiles};
use crate::reviews::{ReviewPage, Reviews};
use crate::rubric::{RubricNew, RubricPage};
use crate::spark::apply::{
    CheckAnswers as ApplyCheck, FormPage as ApplyPage, Sent as ApplySent, Start as ApplyStart, Tasks as ApplyTasks,
};
use crate::spark::{About as Spark, Check as SparkCheck, Papers as SparkPapers, Standards as SparkStandards};
use crate::tanks::{
    AlarmPage, AlarmRules, AlarmRulesChange, DisplayNew, DisplayScan, Displays, RoomPage, TankPage, Tanks, WallBoard,
    WallPair, WallScan,
};
use crate::visit::visit;
use crate::webhooks::{WebhookEdit, WebhookNew, WebhookPage, Webhooks};
use domain::account::Capability;
use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos_meta::provide_meta_context;

/// Who may open a page. The service behind it asks the policy again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Everybody.
    Public,
    /// Anybody with an account.
    SignedIn,
    /// Whoever the policy permits this.
    Capability(Capability),
}

/// What stands around a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// As the router knows it, parameters with a colon: `/museum/sessions/:id`.
    pub path: &'static str,
    /// Who may open it.
    pub access: Access,
    /// It has islands: scripts are sent with it.
    pub islands: bool,
    /// It has a module of its own, whose scripts lie in a folder of the build, and no islands.
    pub module: bool,
    /// Without the site's header and footer: the door, the wall board.
    pub bare: bool,
    /// The same for everybody who is not signed in: one rendering may answer the visitors of a second.
    pub shared: bool,
    /// Somebody types on it at length: the small scripts that let the switches of the header lose nothing are sent with it.
    pub typed: bool,
    /// Without scripts it is made anew every ten seconds: something on it waits for its time.
    pub renewed: bool,
}

impl Page {
    const fn new(path: &'static str, access: Access) -> Self {
        Self { path, access, islands: false, module: false, bare: false, shared: false, typed: false, renewed: false }
    }

    /// Staff work on it.
    pub const fn is_a_desk(&self) -> bool {
        matches!(self.access, Access::Capability(_))
    }

    /// The page stands at `path` (without the language's prefix).
    pub fn matches(&self, path: &str) -> bool {
        let (mut known, mut given) = (segments(self.path), segments(path));
        loop {
            match (known.next(), given.next()) {
                (None, None) => return true,
                (Some(segment), Some(value)) if segment.starts_with(':') || segment == value => {}
                _ => return false,
            }
        }
    }

    /// What stands in `path` where the page has `:name`.
    pub fn param(&self, path: &str, name: &str) -> Option<String> {
        let at = segments(self.path).position(|segment| segment.strip_prefix(':') == Some(name))?;
        // Decoded as a form's name is, in which a plus is a space and two other characters end it.
        let given = segments(path).nth(at)?.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
        form_urlencoded::parse(given.as_bytes()).next().map(|(value, _)| value.into_owned())
    }
}

/// What stands between the slashes of a path.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

macro_rules! pages {
    ($($path:tt $($view:ident)::+ ($access:expr) [$($flag:ident),*];)+) => {
        /// Every page of the site.
        pub const PAGES: &[Page] = &[$(Page { $($flag: true,)* ..Page::new($path, $access) }),+];

        /// What is on each of [`PAGES`].
        const VIEWS: &[fn() -> AnyView] = &[$(|| $($view)::+().into_any()),+];
    };
}

/// The page of the visit's address, or the page of its problem. The table is the only router: one of Leptos' own would be
/// made of all pages again for every answer.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let visit = visit();
    let found = PAGES.iter().zip(VIEWS).find(|(page, _)| page.matches(&visit.path));
    let view = || match (visit.problem, found) {
        (Some(problem), _) => problem_page(problem).into_any(),
        (None, Some((_, view))) => view(),
        (None, None) => problem_page(Problem::NotFound).into_any(),
    };
    // What a page provides is for itself, not for what stands around it.
    let owner = Owner::new();
    let view = owner.with(view);
    OwnedView::new_with_owner(view, owner)
}

pages! {
    "/" Home (Access::Public) [shared];
    "/museum" About (Access::Public) [shared];
    "/museum/groups" Groups (Access::Public) [shared];
    "/museum/groups/apply/:draft" GroupApply (Access::Public) [typed];
    "/museum/groups/apply/:draft/when" GroupWhen (Access::Public) [typed];
    "/museum/groups/apply/:draft/code" GroupCode (Access::Public) [];
    "/museum/groups/r/:link" GroupMine (Access::Public) [typed];
    "/museum/sessions" Sessions (Access::Public) [islands, shared];
    "/museum/book/:draft" Book (Access::Public) [islands];
    "/museum/book/:draft/code" Code (Access::Public) [islands];
    "/museum/wait/:draft" Wait (Access::Public) [islands];
    "/museum/wait/:draft/code" WaitCode (Access::Public) [islands];
    "/waiting/:link" Waiting (Access::Public) [islands];
    "/rebook/:link" Rebook (Access::Public) [];
    "/room/:ticket" Room (Access::Public) [islands, renewed];
    "/releases/:id" Draw (Access::Public) [];
    "/events" Programme (Access::Public) [shared];
    "/events/:slug" EventPage (Access::Public) [islands, shared];
    "/events/book/:draft" Book (Access::Public) [islands];
    "/events/book/:draft/code" Code (Access::Public) [islands];
    "/events/wait/:draft" Wait (Access::Public) [islands];
    "/events/wait/:draft/code" WaitCode (Access::Public) [islands];
    "/b/:link" Mine (Access::Public) [islands];
    "/b/:link/pass" Pass (Access::Public) [islands];
    "/b/:link/move" Move (Access::Public) [islands];
    "/ambassadors" Ambassadors (Access::Public) [shared];
    "/ambassadors/apply/:draft" AmbassadorApply (Access::Public) [typed];
    "/ambassadors/apply/:draft/code" AmbassadorCode (Access::Public) [];
    "/ambassadors/r/:link" AmbassadorMine (Access::Public) [typed];
    "/ambassadors/verify" CertificateVerify (Access::Public) [];
    "/ambassadors/verify/:number/:code" CertificateVerdict (Access::Public) [];
    "/bus" Bus (Access::Public) [shared];
    "/bus/schedule" BusSchedule (Access::Public) [shared];
    "/bus/stops/:id" BusStop (Access::Public) [shared];
    "/bus/apply/:draft" BusApply (Access::Public) [islands, typed];
    "/bus/apply/:draft/code" BusApplyCode (Access::Public) [];
    "/bus/r/:link" BusMine (Access::Public) [typed];
    "/bus/f/:link" BusFeedback (Access::Public) [typed];
    "/spark" Spark (Access::Public) [shared];
    "/spark/check" SparkCheck (Access::Public) [shared];
    "/spark/standards" SparkStandards (Access::Public) [shared];
    "/spark/funds" OpenFunds (Access::Public) [shared];
    "/spark/apply" ApplyStart (Access::Public) [];
    "/spark/apply/:id" ApplyTasks (Access::SignedIn) [];
    "/spark/apply/:id/check" ApplyCheck (Access::SignedIn) [];
    "/spark/apply/:id/sent" ApplySent (Access::SignedIn) [];
    "/spark/apply/:id/papers" SparkPapers (Access::SignedIn) [];
    "/spark/apply/:id/:page" ApplyPage (Access::SignedIn) [typed];
    "/spark/disclosure" Disclosure (Access::Public) [shared];
    "/spark/disclosure/:period" DisclosureReport (Access::Public) [shared];
    "/spark/notices" SparkNotices (Access::Public) [shared];
    "/spark/letters/verify" VerifyLetter (Access::Public) [];
    "/spark/notices/:code/objection" ObjectForm (Access::Public) [typed];
    "/custody/roots" CustodyRoots (Access::Public) [shared];
    "/custody/verify" VerifyPassport (Access::Public) [module];
    "/staff" Front (Access::Capability(Capability::EnterStaff)) [];
    "/staff/museum/today" Today (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/sessions" StaffSessions (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/sessions/:id" StaffSession (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/sessions/:id/close" CloseSession (Access::Capability(Capability::ManageSessions)) [];
    "/staff/museum/sessions/:id/open-door" OpenDoorSession (Access::Capability(Capability::ManageSessions)) [];
    "/staff/museum/days/:day/open-door" OpenDoorDay (Access::Capability(Capability::ManageSessions)) [];
    "/staff/museum/days/:day/close" CloseDay (Access::Capability(Capability::ManageSessions)) [];
    "/staff/museum/templates" Templates (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/bookings" StaffBookings (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/bookings/:id" StaffBooking (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/bookings/:id/pass" PrintedPass (Access::Capability(Capability::SeeBookings)) [bare];
    "/staff/museum/no-shows" NoShows (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/releases" Releases (Access::Capability(Capability::SeeBookings)) [islands];
    "/staff/museum/rules" MuseumRules (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/rules/history" MuseumRulesHistory (Access::Capability(Capability::SeeBookings)) [];
    "/staff/museum/book" BookOnBehalf (Access::Capability(Capability::BookOnBehalf)) [];
    "/staff/groups" GroupBoard (Access::Capability(Capability::HandleGroups)) [];
    "/staff/groups/rules" GroupRules (Access::Capability(Capability::HandleGroups)) [];
    "/staff/groups/:id" GroupRequest (Access::Capability(Capability::HandleGroups)) [];
    "/staff/events" StaffEvents (Access::Capability(Capability::SeeBookings)) [];
    "/staff/events/new" EventNew (Access::Capability(Capability::ManageSessions)) [];
    "/staff/events/:id" StaffEvent (Access::Capability(Capability::SeeBookings)) [];
    "/staff/events/:id/open-door" OpenDoorDates (Access::Capability(Capability::ManageSessions)) [];
    "/staff/events/:id/edit" EventEdit (Access::Capability(Capability::ManageSessions)) [];
    "/staff/events/:id/pictures" EventPictures (Access::Capability(Capability::ManageSessions)) [];
    "/staff/events/:id/questions" EventQuestions (Access::Capability(Capability::ManageSessions)) [islands];
    "/staff/events/:id/series" SeriesForm (Access::Capability(Capability::BookOnBehalf)) [islands];
    "/staff/events/:id/dates/:session" Registrations (Access::Capability(Capability::SeeBookings)) [];
    "/staff/events/:id/registrations/:booking" Registration (Access::Capability(Capability::SeeBookings)) [];
    "/staff/ambassadors" AmbassadorRounds (Access::Capability(Capability::ManageSessions)) [];
    "/staff/ambassadors/new" AmbassadorRoundNew (Access::Capability(Capability::ManageSessions)) [];
    "/staff/ambassadors/applications/:id" AmbassadorApplication (Access::Capability(Capability::ManageSessions)) [];
    "/staff/ambassadors/:id" AmbassadorRound (Access::Capability(Capability::ManageSessions)) [];
    "/staff/ambassadors/:id/trainings/:training" AmbassadorTraining (Access::Capability(Capability::ManageSessions)) [];
    "/staff/ambassadors/:id/edit" AmbassadorRoundEdit (Access::Capability(Capability::ManageSessions)) [];
    "/staff/numbers" MuseumNumbers (Access::Capability(Capability::SeeNumbers)) [];
    "/staff/numbers/events" EventNumbers (Access::Capability(Capability::SeeNumbers)) [];
    "/staff/numbers/bookings" ExportBookings (Access::Capability(Capability::ExportBookings)) [];
    "/staff/numbers/schedules" Exports (Access::Capability(Capability::SeeNumbers)) [];
    "/staff/numbers/schedules/new" ExportNew (Access::Capability(Capability::ExportBookings)) [];
    "/staff/numbers/schedules/:id" ExportPage (Access::Capability(Capability::SeeNumbers)) [];
    "/staff/numbers/schedules/:id/edit" ExportEdit (Access::Capability(Capability::ExportBookings)) [];
    "/staff/numbers/files/:run" ExportFile (Access::Capability(Capability::SeeNumbers)) [];
    "/staff/bus" BusBoard (Access::Capability(Capability::DispatchBus)) [];
    "/staff/bus/requests/:id" StaffBusRequest (Access::Capability(Capability::DispatchBus)) [];
    "/staff/bus/plan" BusPlanner (Access::Capability(Capability::DispatchBus)) [];
    "/staff/bus/blackouts" BusBlackouts (Access::Capability(Capability::DispatchBus)) [];
    "/staff/bus/fleet" BusFleet (Access::Capability(Capability::DispatchBus)) [];
    "/staff/bus/numbers" BusNumbers (Access::Capability(Capability::DispatchBus)) [];
    "/staff/disclosure" DisclosureDesk (Access::Capability(Capability::PrepareDisclosure)) [];
    "/staff/disclosure/look" DisclosureLook (Access::Capability(Capability::PrepareDisclosure)) [];
    "/staff/disclosure/correct" CorrectReport (Access::Capability(Capability::PrepareDisclosure)) [];
    "/staff/funds" Funds (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/awards" LedgerAwards (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/awards/:id" LedgerAward (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/tranches/:id" LedgerTranche (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/payments" LedgerPayments (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/statements" LedgerStatements (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/statements/:id" LedgerStatement (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/months" LedgerMonths (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/entries/:id" LedgerEntry (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/clawbacks" Clawbacks (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/clawbacks/:id" ClawbackPage (Access::Capability(Capability::ReadLedger)) [];
    "/staff/cases/:id/claw-back" ClawBackCase (Access::Capability(Capability::OverseeCases)) [];
    "/staff/funds/new" FundNew (Access::Capability(Capability::KeepBooks)) [];
    "/staff/funds/:id/edit" FundEdit (Access::Capability(Capability::KeepBooks)) [];
    "/staff/funds/:id/envelopes/new" EnvelopeNew (Access::Capability(Capability::KeepBooks)) [];
    "/staff/funds/:id/envelopes/:envelope" EnvelopePage (Access::Capability(Capability::KeepBooks)) [];
    "/staff/funds/:id" FundPage (Access::Capability(Capability::ReadLedger)) [];
    "/staff/funds/:id/enter" LedgerEnter (Access::Capability(Capability::KeepBooks)) [];
    "/staff/cases" Cases (Access::Capability(Capability::SeeCases)) [];
    "/staff/cases/kept" KeptCases (Access::Capability(Capability::OverseeCases)) [];
    "/staff/cases/:id" CasePage (Access::Capability(Capability::SeeCases)) [];
    "/staff/cases/:id/answers" CaseAnswers (Access::Capability(Capability::SeeCases)) [];
    "/staff/custody/lists" CustodyLists (Access::Capability(Capability::SeeUnits)) [];
    "/staff/custody/dead-letters" DeadLetters (Access::Capability(Capability::HandleUnits)) [];
    "/staff/custody/dead-letters/:id" DeadLetterPage (Access::Capability(Capability::HandleUnits)) [];
    "/staff/objections" Objections (Access::Capability(Capability::HandleObjections)) [];
    "/staff/objections/:id" ObjectionPage (Access::Capability(Capability::HandleObjections)) [];
    "/staff/reviews" Reviews (Access::Capability(Capability::ReviewCases)) [];
    "/staff/reviews/:id" ReviewPage (Access::Capability(Capability::ReviewCases)) [];
    "/staff/rubric" RubricPage (Access::Capability(Capability::OverseeCases)) [];
    "/staff/rubric/new" RubricNew (Access::Capability(Capability::OverseeCases)) [];
    "/staff/profiles" Profiles (Access::Capability(Capability::OverseeCases)) [];
    "/staff/profiles/:account" ProfilePage (Access::Capability(Capability::OverseeCases)) [];
    "/staff/profiles/:account/conflict" ConflictNew (Access::Capability(Capability::OverseeCases)) [];
    "/staff/committee" Meetings (Access::Capability(Capability::SeeCommittee)) [];
    "/staff/committee/new" PlanMeeting (Access::Capability(Capability::ConveneCommittee)) [];
    "/staff/committee/:id" MeetingPage (Access::Capability(Capability::SeeCommittee)) [];
    "/staff/committee/:id/minutes" MinutesPage (Access::Capability(Capability::SeeCommittee)) [];
    "/staff/committee/:id/decisions/:case" CarryOut (Access::Capability(Capability::DecideCases)) [];
    "/staff/tanks" Tanks (Access::Capability(Capability::SeeTanks)) [];
    "/staff/tanks/rules" AlarmRules (Access::Capability(Capability::SeeTanks)) [];
    "/staff/tanks/rules/change" AlarmRulesChange (Access::Capability(Capability::ProposeAlarmRules)) [];
    "/staff/tanks/displays" Displays (Access::Capability(Capability::SeeTanks)) [];
    "/staff/tanks/displays/new" DisplayNew (Access::Capability(Capability::ManageDisplays)) [];
    "/staff/tanks/rooms/:id" RoomPage (Access::Capability(Capability::SeeTanks)) [];
    "/staff/tanks/:id" TankPage (Access::Capability(Capability::SeeTanks)) [];
    "/staff/alarms/:id" AlarmPage (Access::Capability(Capability::SeeTanks)) [];
    "/staff/wall" WallBoard (Access::Capability(Capability::SeeWall)) [bare, islands, renewed];
    "/wall" WallPair (Access::Public) [module];
    "/wall/scan" WallScan (Access::Public) [module];
    "/staff/tanks/displays/scan" DisplayScan (Access::Capability(Capability::ManageDisplays)) [];
    "/staff/units" Units (Access::Capability(Capability::SeeUnits)) [];
    "/staff/units/:id" UnitPage (Access::Capability(Capability::SeeUnits)) [];
    "/staff/deviations" Deviations (Access::Capability(Capability::SeeUnits)) [];
    "/staff/store" Store (Access::Capability(Capability::SeeUnits)) [];
    "/staff/store/:id" StoreTank (Access::Capability(Capability::SeeUnits)) [];
    "/staff/recalls" Recalls (Access::Capability(Capability::SeeUnits)) [];
    "/staff/families" Families (Access::Capability(Capability::SupportFamilies)) [];
    "/staff/families/:id" FamilyRecord (Access::Capability(Capability::SupportFamilies)) [];
    "/staff/contracts" Contracts (Access::Capability(Capability::HandleContracts)) [];
    "/staff/contracts/new" ContractNew (Access::Capability(Capability::HandleContracts)) [];
    "/staff/contracts/:id" ContractPage (Access::Capability(Capability::HandleContracts)) [];
    "/staff/operators" Operators (Access::Capability(Capability::SeeUnits)) [];
    "/staff/collectors" Collectors (Access::Capability(Capability::SeeUnits)) [];
    "/staff/collectors/:id" CollectorPage (Access::Capability(Capability::SeeUnits)) [];
    "/staff/jobs" Jobs (Access::Capability(Capability::Operate)) [];
    "/staff/audit" AuditTrail (Access::Capability(Capability::ReadAudit)) [];
    "/staff/audit/erasure" Erasure (Access::Capability(Capability::ReadAudit)) [];
    "/staff/door" StaffDoor (Access::Capability(Capability::SuperviseDoor)) [];
    "/staff/door/devices/new" DeviceNew (Access::Capability(Capability::ManageDevices)) [];
    "/staff/door/conflicts/:id" ConflictPage (Access::Capability(Capability::SuperviseDoor)) [islands];
    "/door" Door (Access::Capability(Capability::Admit)) [bare, islands];
    "/privacy" Privacy (Access::Public) [shared];
    "/accessibility" Accessibility (Access::Public) [shared];
    "/gallery" Gallery (Access::Public) [islands];
    "/sign-in" SignIn (Access::Public) [];
    "/sign-in/code" SignInCode (Access::Public) [];
    "/account" Bookings (Access::SignedIn) [];
    "/account/spark" OwnCases (Access::SignedIn) [];
    "/account/spark/:id" OwnCase (Access::SignedIn) [];
    "/account/spark/:id/withdraw" WithdrawCase (Access::SignedIn) [];
    "/account/spark/:id/agreement" OwnAgreement (Access::SignedIn) [];
    "/account/spark/:id/appeal" OwnAppeal (Access::SignedIn) [typed];
    "/account/spark/:id/letters/:letter" OwnLetter (Access::SignedIn) [];
    "/account/units" OwnUnits (Access::SignedIn) [];
    "/account/units/notices" OwnNotices (Access::SignedIn) [];
    "/account/units/contract" OwnContracts (Access::SignedIn) [];
    "/account/units/contract/payments/:id" OwnReceipt (Access::SignedIn) [];
    "/account/units/people" OwnPeople (Access::SignedIn) [];
    "/account/units/access" OwnLooks (Access::SignedIn) [];
    "/account/units/:id" OwnUnit (Access::SignedIn) [];
    "/account/units/:id/steps" OwnSteps (Access::SignedIn) [];
    "/account/units/:id/temperature" OwnTemperature (Access::SignedIn) [];
    "/account/units/:id/tests" OwnTests (Access::SignedIn) [];
    "/family/join" FamilyJoin (Access::Public) [];
    "/custody/certificates/verify" VerifyUnitCertificate (Access::Public) [];
    "/custody/certificates/verify/:number/:code" UnitCertificateVerdict (Access::Public) [];
    "/account/security" Security (Access::SignedIn) [];
    "/account/contact" ContactNew (Access::SignedIn) [];
    "/account/contact/code" ContactCode (Access::SignedIn) [];
    "/account/confirm" Confirm (Access::SignedIn) [];
    "/account/confirm/code" ConfirmCode (Access::SignedIn) [];
    "/account/deleted" AccountDeleted (Access::Public) [];
    "/account/stopped" Stopped (Access::Public) [];
    "/a/:code" Stop (Access::Public) [];
    "/staff/sign-in" StaffSignIn (Access::Public) [bare];
    "/staff/sign-in/second" StaffSecond (Access::Public) [bare, islands];
    "/staff/enrol" StaffEnrol (Access::Public) [bare, islands];
    "/staff/step-up" StaffStepUp (Access::Capability(Capability::EnterStaff)) [islands];
    "/staff/account" StaffAccount (Access::Capability(Capability::EnterStaff)) [];
    "/staff/account/mail" WorkMail (Access::Capability(Capability::SecureOwnAccount)) [];
    "/staff/account/passkeys/new" PasskeyNew (Access::Capability(Capability::SecureOwnAccount)) [islands];
    "/staff/account/recovery-codes" RecoveryCodes (Access::Capability(Capability::EnterStaff)) [bare];
    "/staff/people" People (Access::Capability(Capability::ManageStaff)) [];
    "/staff/people/new" PeopleNew (Access::Capability(Capability::ManageStaff)) [];
    "/staff/people/:id" Person (Access::Capability(Capability::ManageStaff)) [];
    "/staff/clients" Clients (Access::Capability(Capability::ManageClients)) [];
    "/staff/clients/new" ClientNew (Access::Capability(Capability::ManageClients)) [];
    "/staff/clients/:id" ClientPage (Access::Capability(Capability::ManageClients)) [];
    "/staff/webhooks" Webhooks (Access::Capability(Capability::ManageClients)) [];
    "/staff/webhooks/new" WebhookNew (Access::Capability(Capability::ManageClients)) [];
    "/staff/webhooks/:id" WebhookPage (Access::Capability(Capability::ManageClients)) [];
    "/staff/webhooks/:id/edit" WebhookEdit (Access::Capability(Capability::ManageClients)) [];
    "/mailbox" Mailbox (Access::Public) [];
}

/// Paths that several rooms link to.
pub mod paths {
    /// The museum's front page.
    pub const MUSEUM: &str = "/museum";
    /// What is on.
    pub const EVENTS: &str = "/events";
    /// Campus science ambassadors.
    pub const AMBASSADORS: &str = "/ambassadors";
    /// The science bus.
    pub const BUS: &str = "/bus";
    /// The Spark Project.
    pub const SPARK: &str = "/spark";
    /// A visitor's own bookings.
    pub const ACCOUNT: &str = "/account";
    /// Signing in.
    pub const SIGN_IN: &str = "/sign-in";
    /// The staff's front page.
    pub const STAFF: &str = "/staff";
    /// What we keep about people and for how long.
    pub const PRIVACY: &str = "/privacy";
    /// How the site can be used, and what still cannot.
    pub const ACCESSIBILITY: &str = "/accessibility";
}

/// The page at `path` (without the language's prefix); the first that matches, so fixed paths stand before parameters.
pub fn page_at(path: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.matches(path))
}

/// The page exists already: links to rooms that are still being built are shown as such and not as links.
pub fn is_open(path: &str) -> bool {
    page_at(path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_page_of_the_table_is_found_at_its_own_path() {
        for page in PAGES {
            assert_eq!(
                page_at(page.path).map(|found| found.path),
                Some(page.path),
                "an earlier line stands in its way"
            );
        }
        let paths: BTreeSet<&str> = PAGES.iter().map(|page| page.path).collect();
        assert_eq!(paths.len(), PAGES.len(), "a path stands twice in the table");
    }

    #[test]
    fn a_page_is_found_by_its_address() {
        assert_eq!(page_at("/").map(|page| page.path), Some("/"));
        assert_eq!(page_at("/privacy/").map(|page| page.path), Some("/privacy"));
        assert_eq!(page_at("/nowhere"), None);
        let page = Page::new("/museum/sessions/:id", Access::Public);
        assert!(page.matches("/museum/sessions/1") && !page.matches("/museum/sessions"));
        assert_eq!(page.param("/museum/sessions/1%2A+2&3=%E5%BC%A0", "id").as_deref(), Some("1*+2&3=张"));
        assert_eq!(page.param("/museum/sessions/1", "day"), None);
    }
}
