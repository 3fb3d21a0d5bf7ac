package match

import (
	"regexp"
	"strings"
)

// dot is a dot of a host name, also written out.
const dot = `(?:\.|。|点|\[\.\]|\(\.\))`

var (
	links = regexp.MustCompile(`h(?:tt|xx)ps?:?//[a-z0-9-]+(?:` + dot + `[a-z0-9-]+)*(?:[:/?#][!-~]*)?|` +
		`[a-z0-9][a-z0-9-]*(?:` + dot + `[a-z0-9-]+)*` + dot +
		`(?:com|cn|net|org|top|xyz|vip|cc|app|io|info|shop|club|site|online|me|co|tv|icu|work|link|ltd|win|fun|pro|hk|tw|asia|cloud|store|live|ru|us|ink|biz|mobi)` +
		`(?:\.[a-z]{2}\b)?(?:[:/?][!-~]*|\b)`)
	dotted = strings.NewReplacer("[.]", ".", "(.)", ".", "。", ".", "点", ".")
	mails  = regexp.MustCompile(`[a-z0-9][a-z0-9._+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}`)
	// mailbox is the name before an @, which may hold dots; clock is an hour before a word: "3点com公司".
	mailbox = regexp.MustCompile(`^[a-z0-9._+-]+@`)
	clock   = regexp.MustCompile(`^\d点[a-z]+$`)
)

func (f Folded) links() (all []candidate) {
	for _, at := range links.FindAllStringIndex(f.Text, -1) {
		if at[0] > 0 && (f.Text[at[0]-1] == '@' || isWord(f.Text[at[0]-1])) {
			continue // an e-mail address, or the tail of a longer word
		}
		if mailbox.MatchString(f.Text[at[0]:]) || clock.MatchString(f.Text[at[0]:at[1]]) {
			continue
		}
		end := at[0] + len(strings.TrimRight(f.Text[at[0]:at[1]], `.,;:!?)]}'"`))
		all = append(all, found(URL, mendLink(f.cased(at[0], end)), at[0], end, 90))
	}
	return all
}

// mendLink undoes hxxp, written-out dots and capitals in the host; a path's capitals count.
func mendLink(s string) string {
	scheme, rest := "", s
	if i := strings.Index(s, "//"); i >= 0 {
		scheme, rest = "http", s[i+2:]
		if strings.Contains(strings.ToLower(s[:i]), "ps") {
			scheme = "https"
		}
		scheme += "://"
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	return scheme + dotted.Replace(strings.ToLower(host)) + path
}

func (f Folded) emails() (all []candidate) {
	for _, at := range mails.FindAllStringIndex(f.Text, -1) {
		all = append(all, found(Email, f.Text[at[0]:at[1]], at[0], at[1], 90))
	}
	return all
}
