package console

import "strings"

// unfit puts into words what a platform demands of a text besides its length; empty: the
// message is none of [adapters.Unfit].
func unfit(message string) string {
	if _, hosts, ok := strings.Cut(message, "a link to one of: "); ok {
		return "请补上一个指向 " + strings.ReplaceAll(hosts, ", ", "、") + " 的链接。"
	}
	if _, topic, ok := strings.Cut(message, "take the number signs off "); ok {
		return "请去掉话题 " + topic + " 两边的井号。"
	}
	return ""
}
