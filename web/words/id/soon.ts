import type { soon as english } from "../en/soon";
import type { Translation } from "../reader";

export const soon: Translation<typeof english> = {
  starts: "Dimulai {moment}",
  there: "Itu {moment} di {zone}.",
  moved: "Waktu baru: {moment}",
  doors: "Pintu dibuka pukul {time}.",
  late: "Terlambat",
  late_more: "Acara terlambat. Seharusnya dimulai {moment}.",
  called_off: "Dibatalkan",
  missed: "Tidak berlangsung",
  missed_more: "Tidak ada yang datang berbicara. Seharusnya dimulai {moment}.",
  called_off_more: "Tuan rumah membatalkannya. Seharusnya dimulai {moment}.",
  days: { other: "{count} hari {clock}" },
  any_moment: "sebentar lagi",
  add: "Tambahkan ke kalender",
  file: "Berkas kalender (ICS)",
  remind: "Ingatkan saya lewat surel",
  address: "Alamat surel Anda",
  send: "Ingatkan saya",
  sending: "Sebentar …",
  sent: "Silakan periksa kotak surat Anda: surel dengan tautan konfirmasi sedang dikirim.",
  promise: "Alamat Anda hanya dipakai untuk ini, dan dihapus setelah acara selesai.",
  failed: "Pengiriman gagal. Silakan coba lagi.",
};
