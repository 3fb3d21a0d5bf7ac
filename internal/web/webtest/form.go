package webtest

// Part is one part of a multipart body with the boundary "b", whatever its head and value are; "--b--" and a new line end the body.
func Part(head, value string) string {
	return "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + value + "\r\n"
}

// FormKind is the content type of such a body.
const FormKind = "multipart/form-data; boundary=b"
