use super::{Branch, Drawing, Edge, Graph, Lines, page, xml};

/// Names with special characters of one format or another.
const ODD: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"&'",
    "]]>--><!--",
    "\\N\\\"; } digraph {",
    "a\u{1b}[2J\u{7}\nb\0",
    "\u{202e}evil\u{2066}",
    "\u{5d0}\u{5d1}\u{5d2} abc",
    "漢字漢字",
    "e\u{301}\u{200b}",
];

fn tree() -> Vec<Branch> {
    let mut root = Branch::new("root");
    root.below = ODD.iter().map(|name| Branch::new(*name)).collect();
    root.below[1].below.push(Branch { is_faint: true, ..Branch::new("below") });
    vec![root, Branch::new("alone")]
}

fn graph() -> Graph {
    let mut graph = Graph { layers: vec!["Users", "Roles"], tree: tree(), ..Graph::default() };
    let role = graph.node(1, "member", false);
    for name in ODD {
        let from = graph.node(0, name, false);
        graph.edges.push(Edge { from, to: role, is_dashed: name.len() < 5 });
    }
    graph
}

#[test]
fn a_tree_has_lines_that_the_terminal_can_show() {
    let mut web = Branch::new("web");
    web.below = vec![Branch::new("test"), Branch::new("live")];
    web.below[0].below.push(Branch::new("1"));
    let mut root = Branch::new("Default");
    root.below = vec![web, Branch::new("lab")];
    let trees = vec![root];

    let unicode = "Default\n├── web\n│   ├── test\n│   │   └── 1\n│   └── live\n└── lab\n";
    assert_eq!(trees.text(&Lines::UNICODE), unicode);
    let ascii = "Default\n|-- web\n|   |-- test\n|   |   `-- 1\n|   `-- live\n`-- lab\n";
    assert_eq!(trees.text(&Lines::ASCII), ascii);
}

#[test]
fn no_name_leaves_its_place() {
    for svg in [tree().svg(), graph().svg(), page(ODD[0], &tree().svg())] {
        assert!(!svg.contains("<script") && !svg.contains("<!--") && !svg.contains("]]>"), "{svg}");
        assert!(svg.chars().all(|c| c == '\n' || archstone::text::is_visible(c)), "{svg:?}");
        // Every name is complete.
        for name in ODD {
            assert!(svg.contains(&format!("<title>{}</title>", xml(name))), "{name}: {svg}");
        }
        // Nothing is loaded: the only URL is the XML namespace.
        assert_eq!(svg.matches("http").count(), 1 + svg.matches("http-equiv").count(), "{svg}");
        for word in ["src=", "href", "url(", "@import", "<link"] {
            assert!(!svg.contains(word), "{word}: {svg}");
        }
        assert!(svg.contains("prefers-color-scheme: dark"));
    }
    for dot in [tree().dot(), graph().dot()] {
        // Quotes are balanced on each line, and escaped within strings.
        for line in dot.lines() {
            let bare = line.replace("\\\\", "").replace("\\\"", "");
            assert_eq!(bare.matches('"').count() % 2, 0, "{line}");
        }
        assert!(dot.contains(r#"[label="\\N\\\"; } digraph {"]"#), "{dot}");
        assert!(dot.contains(r#"[label="a\\u{1b}[2J\\u{7}\\nb\\u{0}"]"#), "{dot}");
        assert!(dot.chars().all(|c| c == '\n' || archstone::text::is_visible(c)), "{dot:?}");
    }
    let text = tree().text(&Lines::UNICODE);
    assert!(text.chars().all(|c| c == '\n' || archstone::text::is_visible(c)), "{text:?}");
    assert_eq!(text.lines().count(), ODD.len() + 3);
}

#[test]
fn xml_is_escaped_once() {
    assert_eq!(
        xml("<a b=\"c\" d='e'>&amp;\u{1b}\u{202e}"),
        "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;\\u{1b}\\u{202e}"
    );
}
