//! Self-contained SVG images: no script, no font, no file; light or dark, depending on the reader's system.

use super::{width, xml};

/// The maximum width of a label; the tooltip shows all of it.
pub(super) const WIDEST: usize = 360;

const STYLE: &str = "\
text { font: 13px ui-monospace, monospace; fill: #1b1f24; unicode-bidi: isolate; }
text.title { font-weight: bold; }
rect { fill: #eef3fa; stroke: #7a93b8; }
path { fill: none; stroke: #8a94a3; }
.dashed { stroke-dasharray: 5 4; }
.faint { opacity: .5; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e8eb; }
  rect { fill: #1f2a3a; stroke: #5b7396; }
  path { stroke: #6d7785; }
}";

/// An image that grows with its content.
#[derive(Debug, Default)]
pub(super) struct Picture {
    lines: String,
    boxes: String,
    width: usize,
    height: usize,
}

impl Picture {
    pub(super) fn line(&mut self, path: &str, is_dashed: bool) {
        let class = if is_dashed { " class=\"dashed\"" } else { "" };
        self.lines.push_str(&format!("<path d=\"{path}\"{class}/>\n"));
    }

    pub(super) fn title(&mut self, x: usize, y: usize, text: &str) {
        self.boxes.push_str(&format!("<text class=\"title\" x=\"{x}\" y=\"{y}\">{}</text>\n", xml(text)));
        self.grow(x + width(text), y);
    }

    pub(super) fn boxed(&mut self, x: usize, y: usize, label: &str, is_faint: bool) {
        self.boxed_as_wide_as(x, y, label, is_faint, width(label).min(WIDEST) + 20);
    }

    pub(super) fn boxed_as_wide_as(&mut self, x: usize, y: usize, label: &str, is_faint: bool, wide: usize) {
        let class = if is_faint { " class=\"faint\"" } else { "" };
        let (shown, whole) = (xml(&cut(label)), xml(label));
        self.boxes.push_str(&format!(
            "<g{class}><title>{whole}</title><rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"22\" rx=\"4\"/>\
             <text x=\"{}\" y=\"{}\">{shown}</text></g>\n",
            x + 10,
            y + 15
        ));
        self.grow(x + wide, y + 22);
    }

    fn grow(&mut self, x: usize, y: usize) {
        self.width = self.width.max(x + 8);
        self.height = self.height.max(y + 8);
    }

    pub(super) fn finish(self) -> String {
        let Self { lines, boxes, width, height } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">\n<style>\n{STYLE}\n</style>\n{lines}{boxes}</svg>\n"
        )
    }
}

/// As much of a label as fits.
fn cut(label: &str) -> String {
    if width(label) <= WIDEST {
        return label.to_owned();
    }
    let mut shown = String::new();
    for c in label.chars() {
        if width(&shown) + width(&c.to_string()) + 8 > WIDEST {
            break;
        }
        shown.push(c);
    }
    shown + "…"
}
