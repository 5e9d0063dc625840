# archstone completion for elvish
use str
set edit:completion:arg-completer[PROGRAM] = {|@words|
    archstone complete --shell=elvish -- $@words 2>/dev/null </dev/null | from-lines | each {|line|
        var parts = [(str:split "\t" $line)]
        if (eq $line "\tfile") {
            edit:complete-filename $@words
        } elif (> (count $parts) 1) {
            edit:complex-candidate $parts[0] &display=$parts[0]'  '$parts[1]
        } else {
            edit:complex-candidate $line
        }
    }
}
