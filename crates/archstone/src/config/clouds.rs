//! Lists the configured clouds.

use std::collections::HashSet;

use super::{
    Origin, Settings,
    clouds_yaml::{Layer, merge_all},
    files::{Family, File},
    profile::layers as layers_of,
};
use crate::{
    error::{Error, Result},
    host::Host,
};

/// A cloud in the configuration files.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedCloud {
    /// Its name.
    pub name: String,
    /// Its regions, if files and profile list them; the first is the default.
    pub regions: Vec<String>,
    /// The vendor profile that it is based on.
    pub profile: Option<String>,
    /// The files that contain it, the one with the highest precedence first.
    pub files: Vec<std::path::PathBuf>,
}

/// Every cloud in `clouds.yaml` and `secure.yaml`.
///
/// ```
/// use archstone::{config::clouds, host::Host};
///
/// let nobody = Host::made([("HOME", "/home/nobody-has-this")]).with_folders("/nowhere", "/nowhere");
/// assert!(clouds(&nobody)?.is_empty());
/// # Ok::<(), archstone::Error>(())
/// ```
///
/// # Errors
///
/// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) when a file cannot be parsed.
pub fn clouds(host: &Host) -> Result<Vec<NamedCloud>> {
    named(&files(host)?, host)
}

/// The names of the clouds in the files, sorted.
pub(super) fn names(host: &Host) -> Result<Vec<String>> {
    let files = files(host)?;
    let names: std::collections::BTreeSet<&str> = files.iter().flat_map(File::names).collect();
    Ok(names.into_iter().map(ToOwned::to_owned).collect())
}

/// The clouds in these files.
pub(super) fn named(files: &[File], host: &Host) -> Result<Vec<NamedCloud>> {
    let mut clouds: Vec<NamedCloud> = Vec::new();
    let mut seen = HashSet::new();
    for name in files.iter().rev().flat_map(File::names) {
        if seen.insert(name) {
            clouds.push(cloud(name, files, host)?);
        }
    }
    Ok(clouds)
}

/// The files that contain clouds, the one with the highest precedence first.
pub(super) fn files(host: &Host) -> Result<Vec<File>> {
    let files = [Family::Secure, Family::Clouds].map(|family| File::find(family, host));
    files.into_iter().filter_map(Result::transpose).collect()
}

fn cloud(name: &str, files: &[File], host: &Host) -> Result<NamedCloud> {
    let mut layers = Vec::new();
    let mut paths = Vec::new();
    for file in files {
        if let Some(layer) = Layer::of(file, name)? {
            layers.push(layer);
            paths.push(file.path.clone());
        }
    }
    let mut profile = None;
    for layer in &layers {
        profile = match profile {
            None => layer.profile()?,
            some => some,
        };
    }
    // A profile that does not exist yet must not prevent listing the clouds.
    if let Some(Ok(more)) = profile.as_ref().map(|wanted| layers_of(wanted, host)) {
        layers.extend(more);
    }
    let mut regions = Vec::new();
    for layer in &layers {
        let names = layer.regions()?.names();
        if !names.is_empty() {
            regions = names;
            break;
        }
    }
    Ok(NamedCloud { name: name.to_owned(), regions, profile: profile.map(|it| it.value), files: paths })
}

/// The settings of a cloud in a region from the files alone. Invalid values are added to `problems`, and left out.
pub(super) fn settings(
    name: &str,
    region: Option<&str>,
    files: &[File],
    host: &Host,
    problems: &mut Vec<Error>,
) -> Result<Settings> {
    let mut above = Settings::default();
    if let Some(region) = region {
        above.set("region_name", region, Origin::Argument("region_name".into()))?;
    }
    let layers = files.iter().map(|file| Layer::of(file, name)).filter_map(Result::transpose);
    let caches: Vec<_> = files.iter().filter_map(Layer::of_cache).collect();
    let settings = merge_all(layers.collect::<Result<_>>()?, &caches, &above, host, problems)?;
    Ok(above.over(settings))
}
