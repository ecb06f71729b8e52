//! How an application asks for a flag: code to copy, in three languages.

use leptos::prelude::*;

use crate::components::{CopyKey, Segmented};

/// What stands in the code while no key is at hand.
pub const NO_KEY: &str = "YOUR_SDK_KEY";

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    JavaScript,
    Python,
    Curl,
}

/// Code that asks for a flag with the stock OpenFeature SDKs.
#[component]
pub fn Snippet(
    /// Address of the server, as applications reach it.
    #[prop(into)]
    address: Signal<String>,
    /// The SDK key.
    #[prop(into)]
    key: String,
    /// Key of a flag to ask for.
    #[prop(into)]
    flag: Signal<String>,
) -> impl IntoView {
    let language = RwSignal::new(Language::JavaScript);
    let options = vec![
        (Language::JavaScript, "JavaScript".to_owned()),
        (Language::Python, "Python".to_owned()),
        (Language::Curl, "curl".to_owned()),
    ];
    let code = Memo::new(move |_| {
        let (address, flag) = (address.get(), flag.get());
        match language.get() {
            Language::JavaScript => javascript(&address, &key, &flag),
            Language::Python => python(&address, &key, &flag),
            Language::Curl => curl(&address, &key, &flag),
        }
    });
    let packages = move || match language.get() {
        Language::JavaScript => {
            "npm install @openfeature/server-sdk @openfeature/ofrep-provider @openfeature/ofrep-core"
        }
        Language::Python => "pip install openfeature-sdk openfeature-provider-ofrep",
        Language::Curl => "Any other language: an OpenFeature SDK with an OFREP provider, or plain HTTP.",
    };
    view! {
        <div class="snippet">
            <div class="row">
                <Segmented
                    label="Language"
                    options
                    value=Signal::derive(move || Some(language.get()))
                    on_choose=move |chosen| language.set(chosen)
                />
                <span class="end">
                    <CopyKey text=code what="code" shown="Copy the code" />
                </span>
            </div>
            <p class="fs12 ink3">{packages}</p>
            <pre class="code" tabindex="0" aria-label="Code">
                {move || code.get()}
            </pre>
        </div>
    }
}

fn javascript(address: &str, key: &str, flag: &str) -> String {
    format!(
        r#"import {{ OpenFeature }} from "@openfeature/server-sdk";
import {{ OFREPProvider }} from "@openfeature/ofrep-provider";

await OpenFeature.setProviderAndWait(new OFREPProvider({{
  baseUrl: "{address}",
  headers: [["Authorization", "Bearer {key}"]],
}}));

const client = OpenFeature.getClient();
const on = await client.getBooleanValue("{flag}", false, {{ targetingKey: "customer-1" }});
"#
    )
}

fn python(address: &str, key: &str, flag: &str) -> String {
    format!(
        r#"from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

api.set_provider(OFREPProvider(
    "{address}",
    headers_factory=lambda: {{"Authorization": "Bearer {key}"}},
))

client = api.get_client()
on = client.get_boolean_value("{flag}", False, EvaluationContext(targeting_key="customer-1"))
"#
    )
}

fn curl(address: &str, key: &str, flag: &str) -> String {
    format!(
        r#"curl {address}/ofrep/v1/evaluate/flags/{flag} \
  -H "Authorization: Bearer {key}" \
  -H "Content-Type: application/json" \
  -d '{{"context": {{"targetingKey": "customer-1"}}}}'
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_snippet_names_server_key_and_flag() {
        for write in [javascript, python, curl] {
            let code = write("http://127.0.0.1:4600", "sbk_1", "card-freeze");
            for part in ["http://127.0.0.1:4600", "Bearer sbk_1", "card-freeze"] {
                assert!(code.contains(part), "{part} in {code}");
            }
            assert_eq!(code.matches('{').count(), code.matches('}').count(), "{code}");
        }
    }
}
