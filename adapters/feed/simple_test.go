package feed

import (
	"strings"
	"testing"
)

// A hostile site makes the parser descend or hoard: that is seen before the parser is given anything.
func TestAFeedIsSimple(t *testing.T) {
	doc := func(in string) string {
		return `<rss xmlns:x="urn:x" version="2.0"><channel><title>t</title><item><title>a</title><guid>1</guid>` + in + `</item></channel></rss>`
	}
	deep := func(n int, open, end string) string { return strings.Repeat(open, n) + strings.Repeat(end, n) }
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"as they are":                    {doc("<x:a><x:b/></x:a>"), true},
		"deep":                           {doc(deep(maxDeep, "<x:a>", "</x:a>")), false},
		"deep, with a hidden end":        {doc(deep(maxDeep, `<x:a b="/>">`, "</x:a>")), false},
		"deep, with ends in a comment":   {doc(deep(maxDeep, "<x:a><!--</x:a>-->", "</x:a>")), false},
		"deep, with ends in CDATA":       {doc(deep(maxDeep, "<x:a><![CDATA[</x:a>]]>", "</x:a>")), false},
		"deep, with ends in a directive": {doc(deep(maxDeep, `<x:a><!D ">" "</x:a>">`, "</x:a>")), false},
		"deep, behind what is stripped":  {doc("\x01" + deep(maxDeep, "<x:a>", "</x:a>")), false},
		"many":                           {doc(strings.Repeat("<x:a/>", maxElements)), false},
		"large and unclean":              {doc("\xff" + strings.Repeat(" ", unsure)), false},
		"small and unclean":              {doc("<description>5 < 6 & 7</description>"), true},
		"marks in a text":                {doc("<description><![CDATA[" + strings.Repeat("<b>", maxElements) + "]]></description>"), true},
	} {
		if err := simple([]byte(c.body)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readFeed([]byte(doc(deep(maxDeep, "<x:a>", "</x:a>"))), "application/rss+xml"); err == nil {
		t.Error("the parser is given it")
	}
}
