//! The design system's components, used by every page. Their look is in `style/`, their states on `/gallery`.
//!
//! Components are rendered on the server and read the [`Visit`](crate::Visit) from the context: a field finds its own
//! value and its own error by its name. Only [`icon`] is there in the browser too, for islands.

pub mod icon;

#[cfg(feature = "ssr")]
mod button;
#[cfg(feature = "ssr")]
mod calendar;
#[cfg(feature = "ssr")]
mod chart;
#[cfg(feature = "ssr")]
mod choice;
#[cfg(feature = "ssr")]
mod data;
#[cfg(feature = "ssr")]
mod feedback;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
mod figure;
#[cfg(feature = "ssr")]
mod map;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod picture;
#[cfg(feature = "ssr")]
mod script;
#[cfg(feature = "ssr")]
mod slot;
#[cfg(feature = "ssr")]
mod table;
#[cfg(feature = "ssr")]
mod trend;

#[cfg(feature = "ssr")]
pub use {
    button::{Button, Dialog, LinkButton, Variant},
    calendar::{CalendarDay, CalendarGrid, Offer},
    chart::{BarChart, BarList, LineChart, Point},
    choice::{Checkbox, Checkboxes, Choice, Fieldset, Radios, Select},
    data::{Card, Pagination, QrFigure, StatNumber, SummaryList, SummaryRow, Tab, Tabs, Task, TaskList, TaskState},
    feedback::{Banner, EmptyState, Meter, Skeleton, Steps, Tag, meter_look, tag_class},
    field::{CodeField, DateField, Field, FileField, HiddenField, NumberStepper, TextArea, TextField},
    icon::{Glyph, Icon},
    map::{CityRadios, MapStop, PlaceMap, RouteMap},
    page::{Breadcrumbs, Crumb, ErrorSummary, Form, Page, Width},
    picture::{Illustration, Logo, Photo, Photograph, Picture},
    script::PlainScript,
    slot::Slot,
    table::{Column, Row, Table},
    trend::{TrendChart, TrendLimit, TrendLine},
};
#[cfg(feature = "ssr")]
pub(crate) use {
    field::provide_labels,
    figure::{Closeness, figure},
    script::inline,
};
