//! The doctor against a real Keystone.

use std::time::Duration;

use archstone::doctor::{Doctor, Step, Verdict};

use crate::keystone::Path;

#[tokio::test]
async fn at_a_real_keystone_every_step_is_well() {
    let path = Path::new("");
    // The seeded catalog names hosts that do not exist: there is no need to wait for them.
    let doctor = Doctor::new(path.user("alice").project_name("web")).endpoint_timeout(Duration::from_millis(1));
    let diagnosis = doctor.run().await;

    let report = diagnosis.report(str::to_owned);
    for step in Step::ALL.into_iter().filter(|step| *step < Step::Endpoint) {
        let checks: Vec<_> = diagnosis.checks.iter().filter(|check| check.step == step).collect();
        let expected = if step == Step::Tls { Verdict::Skipped } else { Verdict::Ok };
        let is_so = |check: &&archstone::doctor::Check| {
            // The test does not control this machine's configuration of other clouds.
            check.verdict == expected || (step == Step::Configuration && check.verdict == Verdict::Warning)
        };
        assert!(!checks.is_empty() && checks.iter().all(is_so), "{}: {report}", step.name());
    }
    let told = |step: Step| {
        diagnosis.checks.iter().filter(move |check| check.step == step).map(|check| check.evidence.as_str())
    };
    assert!(told(Step::Discovery).any(|it| it.contains("3.14 (stable)")), "{report}");
    assert!(told(Step::Scope).any(|it| it.contains("`member`, `reader`")), "{report}");
    assert!(told(Step::Catalog).any(|it| it.contains("16 services, 96 endpoints")), "{report}");
    assert!(!report.contains("alice-secret"), "{report}");
    assert_eq!(path.logins(), 1);
}
