import type { refusals as english } from "../en/refusals";
import type { Translation } from "../reader";

export const refusals: Translation<typeof english> = {
  bad_request: "Permintaan tidak dimengerti. Periksa lagi apa yang Anda ketik.",
  barred: "Anda tidak boleh masuk ke sini lagi.",
  banned: "Anda tidak boleh masuk ke sini lagi.",
  house_away: "Server tidak menjawab. Silakan coba lagi.",
  not_allowed: "Tautan atau kunci ini tidak membuka bagian ini.",
  not_ready: "Belum siap. Coba lagi sebentar lagi.",
  not_stored: "Tidak dapat disimpan. Silakan coba lagi.",
  not_yours: "Anda tidak boleh melakukan itu di sini. Tanyakan kepada tuan rumah.",
  room_full: "Tidak ada kursi tersisa di panggung.",
  stage_away: "Panggung sedang dinyalakan. Coba lagi dalam beberapa detik.",
  token_missing: "Ini memerlukan tautan dengan kunci, atau masuk dengan akun.",
  too_large: "Itu terlalu besar.",
  too_many_called: "Sudah terlalu banyak pendengar yang diundang. Tunggu jawaban mereka.",
  too_many_pages: "Terlalu banyak halaman ruang ini terbuka. Tutup salah satunya.",
  too_many_requests: "Terlalu sering. Tunggu sebentar.",
  unknown_member: "Tidak ada orang seperti itu di ruang ini.",
  unknown_room: "Tidak ada ruang dengan nama ini.",
  unknown_seat: "Tidak ada yang duduk di sana.",
  wrong_state: "Ruang tidak dapat melakukan itu sekarang.",
};
