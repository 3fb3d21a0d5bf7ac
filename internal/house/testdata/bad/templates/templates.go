// Package templates knows bots.
package templates

import _ "netpatrol/bots" // want import
