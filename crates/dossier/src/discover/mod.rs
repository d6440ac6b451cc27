//! Which dossiers there are: folders that rules name, one folder one dossier. It reads the folders on the way to them and their
//! markers, and never what is in a dossier.
