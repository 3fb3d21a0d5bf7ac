// Package gate has its test elsewhere.
package gate

func Open(key string) bool {
	if key == "" { // promise 4
		return false
	}
	return true
}

// Watch calls somebody from a goroutine of its own.
func Watch(call func(), done chan<- bool) {
	if call == nil { // promise 7
		close(done)
		return
	}
	go func() {
		call()
		close(done)
	}()
}
