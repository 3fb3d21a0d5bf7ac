package adapters

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Unfit says what a platform demands of a text besides its length.
type Unfit struct {
	Links []string // hosts, a link to one of which is missing
	Topic string   // a #topic#, which is refused
}

func (e *Unfit) Error() string {
	if e.Topic != "" {
		return "the platform refuses topics: take the number signs off " + e.Topic
	}
	return "add what the platform wants in the text: a link to one of: " + strings.Join(e.Links, ", ")
}

var topicPattern = regexp.MustCompile(`[#＃][^#＃\s][^#＃]*[#＃]`)

// fit returns an [*Unfit] when text lacks a link the limit asks for, or holds a topic it refuses.
func (l TextLimit) fit(text string) error {
	if l.NoTopics {
		if topic := topicPattern.FindString(urlPattern.ReplaceAllString(text, "")); topic != "" {
			return &Unfit{Topic: topic}
		}
	}
	if len(l.Links) > 0 && !slices.ContainsFunc(urlPattern.FindAllString(text, -1), l.leads) {
		return &Unfit{Links: l.Links}
	}
	return nil
}

// leads says whether a link leads to one of the hosts, or below one.
func (l TextLimit) leads(link string) bool {
	u, err := url.Parse(link)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return slices.ContainsFunc(l.Links, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) })
}
