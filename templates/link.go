package templates

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/width"
)

var (
	withScheme = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]{1,20}:(?:/|\\){1,3}[^\s\p{Han}“”‘’「」，。；！？、（）【】《》<>"]+`)
	// A bare host: labels and a top-level name that is in use.
	bareHost = regexp.MustCompile(`(?i)(?:[a-z0-9_-]+[.．])+(?:com|cn|net|org|gov|edu|top|xyz|vip|cc|io|app|me|co|info|biz|site|online|shop|club|link|icu|ltd|wang|win|pro|tv|hk|tw|us|uk|ru|jp|kr|asia|mobi|work|live|fun|ink|ren|red|pub|store|tech|world|xin|zone|cyou|lol|ai|to|ly|gl|cloud)\b(?:\.[a-z]{2}\b)?(?::\d+)?(?:[/?#][^\s\p{Han}，。；！？、）】》]*)?`)
	// A host written to dodge a filter: "evil 点 com", "evil . com", "evil。cn".
	dodgedHost = regexp.MustCompile(`(?i)[a-z0-9-]+\s?(?:[.．]\s|\s[.．]|[。点])\s?(?:com|cn|net|xyz|vip|top|cc)\b(?:/[^\s\p{Han}，。；]*)?`)
	shortLink  = regexp.MustCompile(`(?i)\b[a-z0-9-]+(?:\.[a-z0-9-]+)+/[^\s\p{Han}，。；！？、）】》]+`)
	chineseTLD = regexp.MustCompile(`[\p{L}\p{N}-]+[.．]\s?(?:中国|公司|网络|政务|公益|网址|在线|集团|手机)`)
	rawIP      = regexp.MustCompile(`\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d+)?(?:/[^\s\p{Han}，。；]*)?`)
	mailHost   = regexp.MustCompile(`(?i)[a-z0-9._%+-]+@([a-z0-9-]+(?:\.[a-z0-9-]+)*)`)
	emptyNames = regexp.MustCompile(`^[.\s]*$`)
)

// linkKinds are tried in this order; what a text without any of needs cannot hold is not looked for.
var linkKinds = [...]struct {
	re    *regexp.Regexp
	needs string
}{
	{withScheme, `/\`}, {mailHost, "@"}, {bareHost, ".．"}, {dodgedHost, "cnxvtCNXVT"},
	{shortLink, "/"}, {chineseTLD, ".．"}, {rawIP, "."},
}

// foundLink is a link and the host it leads to.
type foundLink struct {
	Span
	host string
}

// lintLinks refuses links to hosts outside the allow-list.
func lintLinks(text string, p Policy) (all []Finding) {
	for _, l := range findLinks(text) {
		if !allowed(l.host, p.Links) { // promise 11
			all = append(all, Finding{Rule: Link, Span: l.Span, Message: "链接 " + l.host + " 不在允许的名单里：删去，或请管理员把该网站加入名单"})
		}
	}
	return all
}

// findLinks finds addresses with and without a scheme, in full width, and written to dodge a filter.
func findLinks(text string) (all []foundLink) {
	narrow, back := narrowed(text)
	var taken []Span
	for _, kind := range linkKinds {
		if !strings.ContainsAny(narrow, kind.needs) {
			continue
		}
		for _, m := range kind.re.FindAllStringIndex(narrow, -1) {
			s := Span{m[0], m[1]}
			if slices.ContainsFunc(taken, func(t Span) bool { return t.Start < s.End && s.Start < t.End }) {
				continue
			}
			taken = append(taken, s)
			all = append(all, foundLink{Span{back[s.Start], back[s.End]}, hostOf(narrow[s.Start:s.End])})
		}
	}
	return all
}

// narrowed makes full-width letters half-width, drops what is not seen, and gives for every byte
// of the result the place in text it came from.
func narrowed(text string) (string, []int) {
	var out strings.Builder
	var back []int
	for i, r := range text {
		s := visible(string(r))
		if r != '。' {
			s = width.Narrow.String(s)
		}
		for range len(s) {
			back = append(back, i)
		}
		out.WriteString(s)
	}
	return out.String(), append(back, len(text))
}

// hostOf is the host a browser would go to.
func hostOf(link string) string {
	link = strings.ReplaceAll(strings.ToLower(link), `\`, "/")
	if !strings.Contains(link, "://") {
		if at := strings.LastIndexByte(link, '@'); at >= 0 && !strings.Contains(link[:at], "/") {
			link = link[at+1:]
		}
		link = "http://" + strings.TrimLeft(afterColon(link), "/")
	}
	link = strings.NewReplacer("点", ".", "。", ".", " ", "").Replace(link)
	u, err := url.Parse(strings.TrimRight(link, ".,;!?)"))
	if err != nil || emptyNames.MatchString(u.Hostname()) {
		return link
	}
	host := strings.TrimRight(u.Hostname(), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return ascii
	}
	return host
}

// afterColon drops a scheme that is followed by one slash or none.
func afterColon(link string) string {
	if scheme, rest, ok := strings.Cut(link, ":/"); ok && !strings.ContainsAny(scheme, "./") {
		return rest
	}
	return link
}

func allowed(host string, hosts []string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool {
		h = strings.ToLower(h)
		return host == h || strings.HasPrefix(h, ".") && strings.HasSuffix(host, h)
	})
}
