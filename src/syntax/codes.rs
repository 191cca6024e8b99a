//! The codes of the front end.

use crate::diag::Code;

macro_rules! codes {
    ($($name:ident $code:literal $title:literal $explanation:literal)*) => {
        $(pub(crate) const $name: Code = Code { name: $code, title: $title, explanation: $explanation };)*
        /// Every code of the front end.
        pub(crate) const CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    SYNTAX "syntax::unexpected" "the text does not follow the grammar"
        "The parser met a word or sign that cannot stand there. The cause is often just before the place: a missing comma, arrow, brace or quote."
    END "syntax::end-of-input" "the text ends too early"
        "A bracket, brace or statement is still open at the end of the file."
    QUOTE "syntax::unclosed-quote" "a string without its closing quote"
        "The string runs to the end of the file. The place is where it begins, or where its last interpolation ends."
    COMMENT "syntax::unclosed-comment" "a comment without its end"
        "A comment that begins with `/*` ends with `*/`."
    HEREDOC "syntax::heredoc" "a heredoc that cannot be read"
        "A heredoc is `@(TAG)`, `@(\"TAG\")`, with `:syntax` and `/escapes` if needed, and ends with a line of the tag, optionally after `|` and `-`."
    EPP "syntax::epp-tag" "an EPP tag without its end"
        "`<%` ends with `%>`, `<%#` with `%>`; a literal `<%` is written `<%%`."
    NUMBER "syntax::number" "a number that cannot be read"
        "Numbers are decimal, octal with a leading zero, hexadecimal with `0x`, or floating point; names do not begin with digits."
    NAME "syntax::name" "a name that cannot be read"
        "Names are lower case, type references begin every part with an upper-case letter; the parts are joined by `::`."
    NESTING "syntax::nesting" "code that nests too deep"
        "Brackets and operators nest deeper than any program needs; the bound keeps the parser from exhausting its stack."
    REGEX "syntax::regex" "a regular expression that does not compile"
        "Regular expressions follow Ruby's syntax."
    ARGUMENT_LIST "syntax::argument-list" "a list separated by commas outside of a call"
        "Only a few functions such as `include` take arguments without parentheses; call others with parentheses."
    NOT_A_RESOURCE "syntax::not-a-resource" "braces after something that is no resource"
        "Attributes in braces belong to a resource type, a type reference or a resource reference."
    NO_TITLE "syntax::no-title" "a resource without a title"
        "A resource is written `type { 'title': attribute => value }`."
    NOT_VIRTUAL "syntax::not-virtual" "`@` before something that is no resource"
        "`@` makes a resource virtual, `@@` exports it; nothing else can be virtual."
    OVERFLOW "syntax::overflow" "an integer beyond 64 bits"
        "Puppet's integers have 64 bits with a sign."
}
