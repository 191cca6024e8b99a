# Functions of texts.
rec {
  concatStrings = builtins.concatStringsSep "";
  concatLines = concatMapStrings (line: "${line}\n");
  concatMapStrings = f: list: concatStrings (map f list);
  concatMapStringsSep = between: f: list: builtins.concatStringsSep between (map f list);
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      length = builtins.stringLength text;
      end = builtins.stringLength suffix;
    in
    length >= end && builtins.substring (length - end) end text == suffix;
  hasInfix = infix: text: builtins.length (splitString infix text) > 1;
  removePrefix = prefix: text: if hasPrefix prefix text then builtins.substring (builtins.stringLength prefix) (-1) text else text;
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then builtins.substring 0 (builtins.stringLength text - builtins.stringLength suffix) text else text;
  splitString =
    at: text:
    let
      special = [ "\\" "^" "$" "." "[" "]" "|" "(" ")" "?" "*" "+" "{" "}" ];
      escaped = builtins.replaceStrings special (map (letter: "\\" + letter) special) at;
    in
    builtins.filter builtins.isString (builtins.split escaped text);
  toLower = builtins.replaceStrings upper lower;
  toUpper = builtins.replaceStrings lower upper;
  lower = [ "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z" ];
  upper = [ "A" "B" "C" "D" "E" "F" "G" "H" "I" "J" "K" "L" "M" "N" "O" "P" "Q" "R" "S" "T" "U" "V" "W" "X" "Y" "Z" ];
  trim =
    text:
    let
      found = builtins.match "[[:space:]]*(.*[^[:space:]])[[:space:]]*" text;
    in
    if found == null then "" else builtins.head found;
  escapeShellArg = it: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] (toString it)}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escape = letters: builtins.replaceStrings letters (map (letter: "\\" + letter) letters);
  fixedWidthString = _: _: text: text;
  isStringLike = it: builtins.isString it || builtins.isPath it || (it ? outPath) || (it ? __toString);
}
