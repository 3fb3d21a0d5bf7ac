package wechat

import "maps"

// Codes lists the codes that have a meaning, for a test that wants all of them tried.
func Codes() map[int]bool {
	out := map[int]bool{}
	for code := range maps.Keys(meanings) {
		out[code] = true
	}
	return out
}

// StaffKey is the key of a message that a member of staff sent in the console, for an account
// with this token.
func StaffKey(token, openID, worker, text string, second int64) string {
	a := &account{receiver: &receiver{token: []byte(token)}}
	return a.staffMessages([]logged{{openID, staffSent, text, second, worker}})[0].Key
}
