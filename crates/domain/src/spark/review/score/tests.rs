//! What a review is worth, and what several are worth together.

use super::super::rubric::tests::{criterion, draft};
use super::super::rubric::{MOST_CRITERIA, MOST_POINTS, MOST_WEIGHT};
use super::*;
use proptest::prelude::*;

fn rubric(criteria: Vec<Criterion>) -> Rubric {
    Rubric::try_from(draft(criteria)).expect("a rubric")
}

fn simple() -> Rubric {
    rubric(vec![criterion("need", 3, 1, 5), criterion("benefit", 2, 0, 10)])
}

fn typed(pairs: &[(&str, &str)]) -> Typed {
    Typed(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

fn read(pairs: &[(&str, &str)]) -> Result<Review, Vec<(String, Fault)>> {
    simple().read(&typed(pairs)).map_err(|errors| errors.into_iter().map(|e| (e.field, e.fault)).collect())
}

fn score(part: u64, whole: u64) -> Score {
    Score::new(part, whole).expect("a score")
}

#[test]
fn a_review_is_the_weighted_mean_of_its_marks() {
    let review = read(&[("mark-need", "4"), ("mark-benefit", "５")]).expect("a review");
    // Three quarters of weight 3 and half of weight 2: 3.25 of 5.
    assert_eq!(simple().score(&review), Ok(score(13, 20)));
    assert_eq!(score(13, 20).tenths(), 650);
    let review = read(&[("mark-need", "4"), ("mark-benefit", "na")]).expect("a review");
    assert_eq!(simple().score(&review), Ok(score(3, 4)), "what is not applicable does not count");
}

#[test]
fn every_field_hears_what_is_wrong_with_it() {
    let named = |field: &str, fault| (field.to_owned(), fault);
    assert_eq!(
        read(&[]).expect_err("nothing"),
        [named("mark-need", Fault::Required), named("mark-benefit", Fault::Required)]
    );
    assert_eq!(
        read(&[("mark-need", "6"), ("mark-benefit", "good")]).expect_err("no marks"),
        [named("mark-need", Fault::OutOfRange { min: 1, max: 5 }), named("mark-benefit", Fault::NotANumber)]
    );
    assert_eq!(
        read(&[("mark-need", "na"), ("mark-benefit", "7")]).expect_err("always judged"),
        [named("mark-need", Fault::NotAChoice)]
    );
    let long = "长".repeat(1_001);
    assert_eq!(
        read(&[("mark-need", "3"), ("mark-benefit", "7"), ("comment-benefit", &long)]).expect_err("too long"),
        [named("comment-benefit", Fault::TooLong { max: COMMENT })]
    );
}

#[test]
fn whoever_goes_to_an_extreme_says_why() {
    for extreme in ["0", "10"] {
        let silent = read(&[("mark-need", "3"), ("mark-benefit", extreme), ("comment-benefit", " \n ")]);
        assert_eq!(silent.expect_err("silent"), [("comment-benefit".to_owned(), Fault::Required)]);
        let said = read(&[("mark-need", "3"), ("mark-benefit", extreme), ("comment-benefit", "已无其他方案")]);
        assert_eq!(said.expect("a review").judgements.len(), 2);
    }
    assert!(read(&[("mark-need", "3"), ("mark-benefit", "9")]).is_ok());
}

#[test]
fn a_stored_review_is_held_to_its_own_version_and_to_all_of_it() {
    let review = read(&[("mark-need", "4"), ("mark-benefit", "5")]).expect("a review");
    let other = Review { rubric: 2, ..review.clone() };
    assert_eq!(simple().score(&other), Err(Unscored::OtherVersion { made_by: 2, asked: 3 }));
    let faults = |review: &Review| match simple().score(review) {
        Err(Unscored::Faulty(errors)) => errors.into_iter().map(|e| (e.field, e.fault)).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let mut less = review.clone();
    less.judgements.remove(&Key::new("benefit").expect("a key"));
    assert_eq!(faults(&less), [("mark-benefit".to_owned(), Fault::Required)]);
    let mut more = review.clone();
    let judgement = Judgement { mark: Mark::Points(3), comment: String::new() };
    more.judgements.insert(Key::new("income").expect("a key"), judgement.clone());
    assert_eq!(faults(&more), [("mark-income".to_owned(), Fault::NotAChoice)]);
    let mut silent = review;
    silent.judgements.insert(Key::new("need").expect("a key"), Judgement { mark: Mark::Points(5), ..judgement });
    assert_eq!(faults(&silent), [("comment-need".to_owned(), Fault::Required)]);
}

#[test]
fn two_agree_or_ask_for_a_third_and_three_have_a_middle() {
    let rubric = simple();
    let say = |scores: &[Score]| rubric.verdict(scores).expect("a verdict");
    assert_eq!(say(&[]), Verdict::Waiting { more: 2 });
    assert_eq!(say(&[score(1, 2)]), Verdict::Waiting { more: 1 });
    // Exactly twenty points are not more than twenty.
    assert_eq!(say(&[score(1, 2), score(7, 10)]), Verdict::Mean(score(3, 5)));
    assert_eq!(say(&[score(1, 2), score(7_001, 10_000)]), Verdict::NeedsThird);
    let median = |score, disputed| Verdict::Median { score, disputed };
    assert_eq!(say(&[score(9, 10), score(1, 10), score(8, 10)]), median(score(8, 10), false));
    assert_eq!(say(&[score(9, 10), score(1, 10), score(1, 2)]), median(score(1, 2), true));
    assert_eq!(rubric.verdict(&[score(1, 2); 4]), Err(TooMany));
    assert_eq!(say(&[score(1, 2)]).score(), None);
    assert_eq!(say(&[score(1, 2), score(1, 2)]).score(), Some(score(1, 2)));
}

#[test]
fn what_is_shown_is_rounded_halves_upwards() {
    assert_eq!((score(0, 7).tenths(), score(7, 7).tenths()), (0, 1_000));
    assert_eq!((score(1, 3).tenths(), score(2, 3).tenths()), (333, 667));
    assert_eq!(score(1, 2_000).tenths(), 1);
    assert_eq!(score(1, 2_001).tenths(), 0);
}

/// A criterion and a mark for it; the first is always judged.
fn judged() -> impl Strategy<Value = (Vec<Criterion>, Vec<Mark>)> {
    let one =
        (1..=MOST_WEIGHT, 0..MOST_POINTS, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>());
    prop::collection::vec(one, 1..=MOST_CRITERIA as usize).prop_map(|all| {
        let parts = all.into_iter().enumerate().map(|(nth, (weight, least, span, points, left_out))| {
            let most = least + 1 + u32::try_from(span.index((MOST_POINTS - least) as usize)).expect("small");
            let points = least + u32::try_from(points.index((most - least + 1) as usize)).expect("small");
            let mark = if left_out && nth > 0 { Mark::NotApplicable } else { Mark::Points(points) };
            (criterion(&format!("c{nth}"), weight, least, most), mark)
        });
        parts.unzip()
    })
}

fn review(criteria: &[Criterion], marks: &[Mark]) -> Review {
    let said = criteria
        .iter()
        .zip(marks)
        .map(|(criterion, mark)| (criterion.key.clone(), Judgement { mark: *mark, comment: "说明".to_owned() }));
    Review { rubric: 3, judgements: said.collect() }
}

fn scored(criteria: &[Criterion], marks: &[Mark]) -> Score {
    rubric(criteria.to_vec()).score(&review(criteria, marks)).expect("a score")
}

fn any_score() -> impl Strategy<Value = Score> {
    (1u64..=5_040_000).prop_flat_map(|whole| (0..=whole).prop_map(move |part| score(part, whole)))
}

proptest! {
    #[test]
    fn what_is_not_applicable_might_as_well_not_be_asked((criteria, marks) in judged()) {
        let kept: (Vec<_>, Vec<_>) =
            criteria.iter().cloned().zip(marks.iter().copied()).filter(|(_, mark)| *mark != Mark::NotApplicable).unzip();
        prop_assert_eq!(scored(&criteria, &marks), scored(&kept.0, &kept.1));
    }

    #[test]
    fn the_order_of_the_criteria_is_nothing((criteria, marks) in judged()) {
        // The first is the one that is always judged: it stays so wherever it stands.
        let forward = scored(&criteria, &marks);
        let mut rest: Vec<_> = criteria.iter().cloned().zip(marks.iter().copied()).collect();
        rest[1..].reverse();
        let (criteria, marks): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
        prop_assert_eq!(scored(&criteria, &marks), forward);
    }

    #[test]
    fn a_score_lies_between_its_worst_and_its_best_mark((criteria, marks) in judged()) {
        let alone = criteria.iter().zip(&marks).filter(|(_, mark)| **mark != Mark::NotApplicable);
        let alone: Vec<Score> = alone.map(|(criterion, mark)| scored(std::slice::from_ref(criterion), &[*mark])).collect();
        let (least, most) = (alone.iter().min().expect("one"), alone.iter().max().expect("one"));
        let all = scored(&criteria, &marks);
        prop_assert!(*least <= all && all <= *most);
        prop_assert!(all.tenths() <= 1_000);
    }

    #[test]
    fn a_better_mark_is_never_a_worse_score((criteria, marks) in judged(), at in any::<prop::sample::Index>()) {
        let at = at.index(marks.len());
        let mut better = marks.clone();
        if let Mark::Points(points) = marks[at] {
            better[at] = Mark::Points(criteria[at].scale.most.min(points + 1));
            let raised = better[at] != marks[at];
            let (before, after) = (scored(&criteria, &marks), scored(&criteria, &better));
            prop_assert_eq!(after > before, raised);
        }
    }

    #[test]
    fn reviews_say_the_same_in_every_order(a in any_score(), b in any_score(), c in any_score()) {
        let rubric = simple();
        prop_assert_eq!(rubric.verdict(&[a, b]), rubric.verdict(&[b, a]));
        let all = rubric.verdict(&[a, b, c]);
        for other in [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
            prop_assert_eq!(rubric.verdict(&other), all);
        }
        let score = all.ok().and_then(Verdict::score).expect("a score");
        prop_assert!([a, b, c].contains(&score), "the median is one that somebody gave");
        if let Ok(Verdict::Mean(mean)) = rubric.verdict(&[a, b]) {
            prop_assert!(a.min(b) <= mean && mean <= a.max(b));
        }
    }

    #[test]
    fn a_wider_threshold_asks_for_fewer_third_reviewers(a in any_score(), b in any_score(), points in 1u32..99) {
        prop_assert!(a.is_apart(b, points) || !a.is_apart(b, points + 1));
        prop_assert_eq!(a.is_apart(b, points), b.is_apart(a, points));
    }
}
