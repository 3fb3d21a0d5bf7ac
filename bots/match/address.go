package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Addresses finds out whom of several a text names with an @, whatever stands beside it:
// "求助@海口网警快看", "＠海口網警", "@ 海口网警". Platforms notice a mention only between blanks,
// which Chinese text does without. It is immutable and safe for concurrent use.
type Addresses struct {
	names  *Matcher
	owners []string // of each pattern
	latin  []bool   // the pattern ends in a letter or digit of an unspaced name
}

// NewAddresses compiles what each owner is called: its name, aliases, nicknames. A leading @ is
// not needed. Names that fold to nothing are refused.
func NewAddresses(f *Folder, called map[string][]string) (*Addresses, error) {
	a := &Addresses{}
	var patterns []string
	for owner, names := range called {
		for _, name := range names {
			name = strings.TrimLeft(name, "@＠ ")
			last, _ := utf8.DecodeLastRuneInString(name)
			for _, at := range []string{"@", "@ "} {
				patterns = append(patterns, at+name)
				a.owners, a.latin = append(a.owners, owner), append(a.latin, wordy(last))
			}
		}
	}
	var err error
	a.names, err = NewMatcher(f, patterns)
	return a, err
}

// Names says whether a text addresses owner.
func (a *Addresses) Names(owner, text string) (named bool) {
	a.names.Scan(text, func(p int, at Span) {
		if a.owners[p] != owner || named {
			return
		}
		next, _ := utf8.DecodeRuneInString(text[at.End:])
		partial := a.latin[p] && wordy(next)                          // "@haikou" is not "@haikounews"
		named = !partial && !strings.HasSuffix(text[:at.Start], "//") // "//@海口网警：" quotes what we said
	})
	return named
}

// wordy says whether a rune goes on a name that is written without blanks around it.
func wordy(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '_'
}
