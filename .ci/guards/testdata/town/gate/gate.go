// Package gate has its test elsewhere.
package gate

func Open(key string) bool {
	if key == "" { // promise 4
		return false
	}
	return true
}
