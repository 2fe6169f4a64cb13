//! The registry: every rule, one row each. The rest of a rule is in its own file.
//!
//! To add one: copy a small file, write its headings, add a `mod` line and a row here, and add
//! `tests/cases/lint/<code>-<name>.md` with a flagged and a clean policy. Codes are never used twice.

mod action_pattern_without_match;
mod allow_not_action;
mod allow_not_resource;
mod any_client_id;
mod broad_data_plane_access;
mod client_id_variable_in_connect;
mod client_id_variable_in_filter;
mod client_id_variable_with_text;
mod client_not_tied_to_thing;
mod cognito_identity_without_policy;
mod deny_missed_by_wider_filter;
mod deny_on_thing_group;
mod deny_subscribe_only;
mod deny_without_value;
mod for_all_values_without_value;
mod foreign_region_or_account;
mod hard_coded_identity;
mod http_only_action;
mod invisible_character;
mod malformed_arn;
mod misnamed_variable;
mod mixed_regions_or_accounts;
mod mqtt_wildcard_in_deny;
mod mqtt_wildcard_in_filter;
mod mqtt_wildcard_in_topic;
mod nearly_full;
mod no_connect;
mod no_thing_bound;
mod not_resource_without_value;
mod over_quota_name;
mod prefix_without_separator;
mod receive_without_subscribe;
mod reserved_topic_misused;
mod retain_without_publish;
mod share_form_missing;
mod subscribe_without_receive;
mod template_escape;
mod thing_variable_over_https;
mod thing_variable_with_suffix;
mod unguarded_certificate_variable;
mod unknown_condition_key;
mod unknown_resource_type;
mod unusable_certificate_value;
mod variable_letter_case;
mod variable_not_in_iam_policy;
mod wildcard_action;
mod wildcard_resource;
mod will_condition_alone;
mod will_without_publish;
mod wrong_resource_type;

use super::{
    super::{
        diagnostic::Severity::{Error, Note, Warning},
        explain::Confidence::{Documented, Inferred, Observed},
    },
    Rule,
};

/// Takes the doc comment of a rule as documentation and as the text of the reference page; its first line is the title.
macro_rules! about {
    (#[doc = $title:literal] $(#[doc = $line:literal])+) => {
        pub(super) const TITLE: &str = $title.trim_ascii_start();
        #[doc = $title]
        $(#[doc = $line])+
        pub(super) const ABOUT: &str = concat!($title, "\n", $($line, "\n"),+);
    };
}
use about;

macro_rules! rules {
    ($(($code:literal, $name:literal, $severity:expr, $since:literal, $confidence:expr, $file:ident),)+) => {
        /// Every rule, by code.
        pub static RULES: &[Rule] = &[$(Rule {
            code: $code,
            name: $name,
            title: $file::TITLE,
            severity: $severity,
            since: $since,
            confidence: $confidence,
            find: $file::find,
        }),+];

        /// The page of a rule, in Markdown. Not a field of the rule: the pages are long, and a program that only
        /// finds does not carry them.
        pub(super) fn page(code: &str) -> &'static str {
            match code {
                $($code => $file::ABOUT,)+
                _ => "",
            }
        }
    };
}

#[rustfmt::skip]
rules! {
    ("IPL-L001", "thing-variable-with-suffix", Warning, "0.1.0", Documented, thing_variable_with_suffix),
    ("IPL-L002", "wrong-resource-type", Warning, "0.1.0", Documented, wrong_resource_type),
    ("IPL-L003", "mqtt-wildcard-in-topic", Warning, "0.1.0", Documented, mqtt_wildcard_in_topic),
    ("IPL-L004", "any-client-id", Warning, "0.1.0", Documented, any_client_id),
    ("IPL-L005", "client-id-variable-in-filter", Warning, "0.1.0", Documented, client_id_variable_in_filter),
    ("IPL-L006", "mixed-regions-or-accounts", Warning, "0.1.0", Inferred, mixed_regions_or_accounts),
    ("IPL-L007", "deny-without-value", Warning, "0.1.0", Inferred, deny_without_value),
    ("IPL-L008", "prefix-without-separator", Note, "0.1.0", Inferred, prefix_without_separator),
    ("IPL-L009", "client-id-variable-in-connect", Warning, "0.1.0", Documented, client_id_variable_in_connect),
    ("IPL-L010", "invisible-character", Warning, "0.1.0", Inferred, invisible_character),
    ("IPL-L011", "broad-data-plane-access", Warning, "0.1.0", Documented, broad_data_plane_access),
    ("IPL-L012", "mqtt-wildcard-in-deny", Warning, "0.1.0", Documented, mqtt_wildcard_in_deny),
    ("IPL-L013", "deny-missed-by-wider-filter", Warning, "0.1.0", Documented, deny_missed_by_wider_filter),
    ("IPL-L014", "mqtt-wildcard-in-filter", Note, "0.1.0", Documented, mqtt_wildcard_in_filter),
    ("IPL-L015", "wildcard-resource", Warning, "0.1.0", Inferred, wildcard_resource),
    ("IPL-L016", "wildcard-action", Warning, "0.1.0", Inferred, wildcard_action),
    ("IPL-L017", "subscribe-without-receive", Warning, "0.1.0", Documented, subscribe_without_receive),
    ("IPL-L018", "receive-without-subscribe", Note, "0.1.0", Documented, receive_without_subscribe),
    ("IPL-L019", "client-id-variable-with-text", Warning, "0.1.0", Inferred, client_id_variable_with_text),
    ("IPL-L020", "no-connect", Warning, "0.1.0", Documented, no_connect),
    ("IPL-L021", "deny-subscribe-only", Note, "0.1.0", Documented, deny_subscribe_only),
    ("IPL-L022", "allow-not-resource", Note, "0.1.0", Documented, allow_not_resource),
    ("IPL-L023", "not-resource-without-value", Warning, "0.1.0", Inferred, not_resource_without_value),
    ("IPL-L024", "nearly-full", Note, "0.1.0", Documented, nearly_full),
    ("IPL-L025", "foreign-region-or-account", Warning, "0.1.0", Documented, foreign_region_or_account),
    ("IPL-L026", "over-quota-name", Warning, "0.1.0", Documented, over_quota_name),
    ("IPL-L027", "reserved-topic-misused", Warning, "0.1.0", Documented, reserved_topic_misused),
    ("IPL-L028", "unguarded-certificate-variable", Note, "0.1.0", Documented, unguarded_certificate_variable),
    ("IPL-L029", "variable-letter-case", Warning, "0.1.0", Inferred, variable_letter_case),
    ("IPL-L030", "misnamed-variable", Error, "0.1.0", Observed, misnamed_variable),
    ("IPL-L031", "template-escape", Error, "0.1.0", Observed, template_escape),
    ("IPL-L032", "malformed-arn", Error, "0.1.0", Observed, malformed_arn),
    ("IPL-L033", "unknown-resource-type", Warning, "0.1.0", Documented, unknown_resource_type),
    ("IPL-L034", "hard-coded-identity", Note, "0.1.0", Inferred, hard_coded_identity),
    ("IPL-L035", "client-not-tied-to-thing", Note, "0.1.0", Documented, client_not_tied_to_thing),
    ("IPL-L036", "for-all-values-without-value", Note, "0.1.0", Documented, for_all_values_without_value),
    ("IPL-L037", "will-condition-alone", Note, "0.1.0", Observed, will_condition_alone),
    ("IPL-L038", "http-only-action", Note, "0.1.0", Documented, http_only_action),
    ("IPL-L039", "thing-variable-over-https", Warning, "0.1.0", Documented, thing_variable_over_https),
    ("IPL-L040", "variable-not-in-iam-policy", Warning, "0.1.0", Observed, variable_not_in_iam_policy),
    ("IPL-L041", "cognito-identity-without-policy", Warning, "0.1.0", Documented, cognito_identity_without_policy),
    ("IPL-L042", "share-form-missing", Note, "0.1.0", Inferred, share_form_missing),
    ("IPL-L043", "unknown-condition-key", Warning, "0.1.0", Inferred, unknown_condition_key),
    ("IPL-L044", "no-thing-bound", Warning, "0.1.0", Documented, no_thing_bound),
    ("IPL-L045", "action-pattern-without-match", Warning, "0.1.0", Documented, action_pattern_without_match),
    ("IPL-L046", "allow-not-action", Warning, "0.1.0", Inferred, allow_not_action),
    ("IPL-L047", "retain-without-publish", Warning, "0.1.0", Documented, retain_without_publish),
    ("IPL-L048", "deny-on-thing-group", Warning, "0.1.0", Documented, deny_on_thing_group),
    ("IPL-L049", "unusable-certificate-value", Warning, "0.1.0", Documented, unusable_certificate_value),
    ("IPL-L050", "will-without-publish", Warning, "0.1.0", Documented, will_without_publish),
}
