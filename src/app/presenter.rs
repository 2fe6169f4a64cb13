//! Presenter mode: what others see is drawn from a copy of the workspace in which whatever names an account, a
//! certificate, a network or an endpoint has a stand-in. The workspace itself stays as it was typed.
//!
//! A field that the copy shows otherwise than it was typed cannot be changed meanwhile: a change would be made to the
//! stand-in.

use super::workspace::{TextField, Workspace};
use crate::share::mask;

/// The workspace with stand-ins.
#[must_use]
pub fn masked(workspace: &Workspace) -> Workspace {
    // Stand-ins are plain text within the same quotes, so what was a workspace still is one. If ever not, nothing is shown.
    let masked = mask::mask(&workspace.write()).text;
    let nothing =
        || Workspace { screen: workspace.screen, presenter: workspace.presenter, ..Workspace::default() };
    Workspace::read(&masked).unwrap_or_else(|_| nothing())
}

/// A sentence with stand-ins.
#[must_use]
pub fn masked_text(text: &str) -> String {
    mask::mask(text).text
}

/// Whether presenter mode is on and shows a stand-in in this field.
#[must_use]
pub fn hides_field(workspace: &Workspace, field: &TextField) -> bool {
    if !workspace.presenter {
        return false;
    }
    let (mut own, mut shown) = (workspace.clone(), masked(workspace));
    own.field(field) != shown.field(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::check::files::Opened;
    use crate::app::check::lit::{Part, Pointed};
    use crate::app::check::{Model, Msg, Opening, share};

    const ACCOUNT: &str = "418273645091";
    const CERTIFICATE: &str = "3f1c9a5d7be2046813579bdf02468ace13579bdf02468ace13579bdf02468ace";

    fn presenting() -> Model {
        let mut workspace = Workspace::example();
        for policy in &mut workspace.policies {
            policy.text = policy.text.replace("123456789012", ACCOUNT);
        }
        workspace.ask.client_ids = format!("temp-sensor-01\n{CERTIFICATE}");
        let written = workspace.write();
        let mut model = Model::open(&Opening { left: Some(&written), ..Opening::default() });
        model.update(Msg::Present);
        model
    }

    #[test]
    fn t22_nothing_of_what_is_presented_names_the_account_or_the_certificate() {
        let model = presenting();
        let shown = model.presented().unwrap();
        let text = format!("{shown:?}");
        // The history is not drawn.
        let history = format!("{:?}", shown.history);
        let drawn = text.replace(&history, "");
        assert!(!drawn.contains(ACCOUNT) && !drawn.contains(CERTIFICATE), "{drawn}");
        assert_eq!(shown.matrix.cells, model.matrix.cells);
        assert!(model.workspace.write().contains(ACCOUNT), "the workspace stays as it was typed");
    }

    #[test]
    fn what_is_masked_cannot_be_typed_over_and_the_rest_can() {
        let mut model = presenting();
        let before = model.workspace.clone();
        model.update(Msg::Type(TextField::PolicyText(0), "stand-ins".into()));
        model.update(Msg::Type(TextField::ClientIds, "stand-ins".into()));
        assert_eq!(model.workspace, before);
        assert!(model.notice.is_some());
        model.update(Msg::Type(TextField::Publish, "dt/other".into()));
        assert_eq!(model.workspace.ask.publish, "dt/other");
        model.update(Msg::Present);
        model.update(Msg::Type(TextField::ClientIds, "mine".into()));
        assert_eq!(model.workspace.ask.client_ids, "mine");
        assert!(model.presented().is_none());
    }

    #[test]
    fn what_is_tried_and_pointed_at_is_presented_too() {
        let mut model = presenting();
        let part = Pointed::Part(Part::Step(0));
        model.update(Msg::Try(0));
        model.update(Msg::Point(Some(part.clone())));
        let shown = model.presented().unwrap();
        assert_eq!(shown.trial.as_ref().map(|trial| trial.way), Some(0));
        assert_eq!(shown.pointed, Some(part));
        assert!(shown.lit().spans.iter().any(|(_, span, _)| {
            shown.workspace.policies[0].text.get(span.clone()).is_some_and(|text| !text.is_empty())
        }));
    }

    #[test]
    fn t22_what_was_pasted_and_opened_is_not_presented_and_the_panel_stays_shut() {
        let mut model = presenting();
        model.update(Msg::FillIn(format!("{{\"thingArn\":\"arn:aws:iot:eu-west-1:{ACCOUNT}:thing/t\",")));
        let file = format!("arn-{ACCOUNT}-policy.json");
        model.update(Msg::Import(Opened { files: vec![(file, Err("unreadable".into()))], left_out: 0 }));
        assert!(!model.files.is_empty() && !model.fill_in.text.is_empty());
        let shown = model.presented().unwrap();
        assert!(!format!("{:?} {:?}", shown.files, shown.fill_in).contains(ACCOUNT));
        model.update(Msg::Share(true));
        assert!(!model.sharing && model.notice.is_some());
    }

    #[test]
    fn presenter_mode_is_not_shared() {
        let shared = share::prepare(&presenting().workspace, false).unwrap();
        assert!(!shared.workspace.presenter);
    }
}
