// Package util has no room.
package util // want room
