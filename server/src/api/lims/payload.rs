//! What an event of the feed says, kind by kind, as the description of the API has it: made of what `domain::custody` says of the
//! types that read it.

use domain::custody::{Kind, Member, Shape, Shaped as _, Word, says};
use std::collections::BTreeMap;
use utoipa::Modify;
use utoipa::openapi::schema::{AdditionalProperties, Discriminator, KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder, OpenApi, Ref, RefOr, Schema};

/// The shapes that have a name, by it.
type Named = BTreeMap<String, RefOr<Schema>>;

/// Puts the shape of each kind of event into the description, and points the events there.
pub struct Payloads;

impl Modify for Payloads {
    fn modify(&self, document: &mut OpenApi) {
        let mut named = Named::new();
        let payload = payload(&mut named);
        named.insert("LimsPayload".to_owned(), payload);
        let which = vec![
            Member { name: "din", shape: domain::custody::Din::shape(), needed: true, about: "Its number." },
            Member { name: "id", shape: Shape::Uuid, needed: true, about: "As `applied` answered." },
        ];
        let unit = reference(&Shape::OneOf("Unit", which), &mut named);
        let components = document.components.get_or_insert_with(Default::default);
        components.schemas.extend(named);
        if let Some(RefOr::T(Schema::Object(event))) = components.schemas.get_mut("LimsEvent") {
            event.properties.insert("unit".to_owned(), unit);
            event.properties.insert("payload".to_owned(), Ref::from_schema_name("LimsPayload").into());
        }
    }
}

/// One of the kinds, told apart by `kind`.
fn payload(named: &mut Named) -> RefOr<Schema> {
    let mut mapping = Vec::new();
    let mut all = OneOfBuilder::new().description(Some("What happened to a unit: one shape for each `kind`."));
    for kind in Kind::ALL {
        let name = format!("Lims{kind:?}");
        let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind.name()]));
        let shape =
            object(&kind.members(), named).property("kind", word).required("kind").description(Some(about(*kind)));
        named.insert(name.clone(), shape.into());
        mapping.push((kind.name(), format!("#/components/schemas/{name}")));
        all = all.item(Ref::from_schema_name(name));
    }
    all.discriminator(Some(Discriminator::with_mapping("kind", mapping))).into()
}

/// What a kind means, and whether a feed may tell it at all.
fn about(kind: Kind) -> String {
    let nobody = if kind == Kind::Assigned {
        " No feed tells it (`only-contracts`): the house does, by a contract."
    } else {
        match says(kind, None).by_machine() {
            Word::Taken => "",
            Word::Seconded => " Its second, `with`, is the code of somebody of quality (`second-not-quality`).",
            Word::Nobodys => " No feed tells it (`only-quality`): people say it at the desk.",
        }
    };
    format!("{}{nobody}", kind.about())
}

/// An object with these members and no others.
fn object(members: &[Member], named: &mut Named) -> ObjectBuilder {
    members.iter().fold(
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(AdditionalProperties::FreeForm(false))),
        |object, member| {
            let object = object.property(member.name, described(&member.shape, member.about, named));
            if member.needed { object.required(member.name) } else { object }
        },
    )
}

/// A shape with a sentence about what it is here.
fn described(shape: &Shape, about: &str, named: &mut Named) -> RefOr<Schema> {
    match shape {
        Shape::List(one) => ArrayBuilder::new().items(reference(one, named)).description(Some(about)).into(),
        Shape::Object(..) | Shape::OneOf(..) => match reference(shape, named) {
            RefOr::Ref(mut there) => {
                about.clone_into(&mut there.description);
                RefOr::Ref(there)
            }
            here @ RefOr::T(_) => here,
        },
        plain => value(plain).description(Some(about)).into(),
    }
}

/// A shape, or where it stands under its name.
fn reference(shape: &Shape, named: &mut Named) -> RefOr<Schema> {
    let (name, schema) = match shape {
        Shape::List(one) => return ArrayBuilder::new().items(reference(one, named)).into(),
        Shape::Object(name, members) => (name, object(members, named).into()),
        Shape::OneOf(name, ways) => {
            let ways = ways.iter().map(|way| object(std::slice::from_ref(way), named)).collect::<Vec<_>>();
            (name, ways.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item).into())
        }
        plain => return value(plain).into(),
    };
    let name = format!("Lims{name}");
    named.insert(name.clone(), schema);
    Ref::from_schema_name(name).into()
}

/// A shape that holds no other.
fn value(shape: &Shape) -> ObjectBuilder {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    match shape {
        Shape::Din => text().min_length(Some(13)),
        Shape::Hex(bytes) => text().pattern(Some(format!("^[0-9a-f]{{{}}}$", 2 * bytes))),
        Shape::Uuid => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        Shape::YesOrNo => ObjectBuilder::new().schema_type(Type::Boolean),
        Shape::Number => ObjectBuilder::new().schema_type(Type::Number),
        Shape::Whole(most) => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0_u64)).maximum(Some(*most)),
        Shape::Word(words) => text().enum_values(Some(words.iter().copied())),
        Shape::Text | Shape::List(_) | Shape::Object(..) | Shape::OneOf(..) => text(),
    }
}
